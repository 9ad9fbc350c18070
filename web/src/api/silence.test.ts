import { beforeEach, expect, test, vi } from 'vitest'
import { send } from './client'
import { goesOn, heard, missed, silenceNow, watchSilence } from './silence'

const NINE = Date.parse('2026-07-08T09:00:00Z')

beforeEach(() => heard())

test('one request that came to nothing, or many at once, say nothing yet', () => {
  const first = goesOn(null, NINE)

  expect(first).toEqual({ since: NINE, isSure: false })
  expect(goesOn(first, NINE + 200).isSure).toBe(false)
})

test('when they still come to nothing a second later it lasts, since the first', () => {
  const sure = goesOn(goesOn(null, NINE), NINE + 1_000)

  expect(sure).toEqual({ since: NINE, isSure: true })
  expect(goesOn(sure, NINE + 60_000)).toEqual(sure)
})

test('any answer ends it, and whoever watches is told once of each', () => {
  const told = vi.fn()
  const stop = watchSilence(told)

  missed()
  heard()
  heard()
  stop()
  missed()

  expect(told).toHaveBeenCalledTimes(2)
})

const REQUEST = 'http://localhost/v1/events'
const OURS = { error: { code: 'busy', message: 'Too many requests wait' } }

test.each([
  ['nothing answers', () => Promise.reject(new TypeError('Failed to fetch')), true],
  ['a proxy says that the server is away', async () => new Response('<h1>Bad Gateway</h1>', { status: 502 }), true],
  ['the server refuses for now', async () => Response.json(OURS, { status: 503 }), false],
  ['the server breaks', async () => new Response('', { status: 500 }), false],
  ['the server answers', async () => Response.json({}), false],
])('%s', async (_, fetched, isSilent) => {
  vi.stubGlobal('fetch', fetched)

  await send(new Request(REQUEST)).catch(() => null)

  expect(silenceNow() !== null).toBe(isSilent)
  vi.unstubAllGlobals()
})

test('a request that was cancelled is no silence, and ends none', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('cancelled', 'AbortError')))

  await expect(send(new Request(REQUEST))).rejects.toThrow('cancelled')
  expect(silenceNow()).toBeNull()
  missed()
  await expect(send(new Request(REQUEST))).rejects.toThrow('cancelled')
  expect(silenceNow()).not.toBeNull()
  vi.unstubAllGlobals()
})

test('the body of what a proxy answered can still be read', async () => {
  vi.stubGlobal('fetch', async () => Response.json(OURS, { status: 503 }))

  expect(await (await send(new Request(REQUEST))).json()).toEqual(OURS)
  vi.unstubAllGlobals()
})
