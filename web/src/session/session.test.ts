import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Session } from '../api/nouns'

const SESSION = {
  token: {
    id: '1',
    name: 'me',
    account: 'default',
    rights: ['events:read'],
    sees: 'own',
    expires_at: null,
    bootstrap: false,
  },
  csrf: 'proof',
  expires_at: '2026-01-01T00:00:00.000Z',
  now: '2025-12-31T12:00:00.000Z',
} as const

const MINE: Session = { ...SESSION, token: { ...SESSION.token, rights: ['events:read'] } }

const asked: Request[] = []
let answers: Response[] = []

beforeEach(() => {
  vi.resetModules()
  asked.length = 0
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request)
    return answers.shift() ?? new Response(null, { status: 204 })
  })
})

afterEach(() => vi.unstubAllGlobals())

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

test('nobody is signed in after a 401, and a server without sessions lets one try', async () => {
  const { current } = await import('./session')
  answers = [json({ error: { message: 'no' } }, 401), json({ error: { message: 'no' } }, 404), json(SESSION)]

  expect(await current()).toBeNull()
  expect((await current())?.token.rights).toEqual(['admin'])
  expect(await current()).toEqual(SESSION)
})

test('windows go by the clock of the server, also where that of the browser is wrong', async () => {
  const { current } = await import('./session')
  const { now } = await import('../time/now')
  answers = [json(SESSION)]

  await current()

  expect(now() - Date.parse(SESSION.now)).toBeLessThan(10_000)
  expect(now()).toBeGreaterThanOrEqual(Date.parse(SESSION.now))
})

test('changes carry the proof of the session, questions do not', async () => {
  const { prove } = await import('./session')
  const { api } = await import('../api/client')
  const stop = prove(MINE, () => {})

  await api.GET('/v1/alerts')
  await api.DELETE('/v1/tokens/{token_id}', { params: { path: { token_id: '1' } } })
  stop()
  await api.DELETE('/v1/tokens/{token_id}', { params: { path: { token_id: '1' } } })

  expect(asked.map((request) => request.headers.get('x-csrf-token'))).toEqual([null, 'proof', null])
})

test('who signed in again elsewhere changes things all the same, once more with the new proof', async () => {
  const { prove } = await import('./session')
  const { api } = await import('../api/client')
  const onOther = vi.fn()
  prove(MINE, onOther)
  answers = [json({}, 403), json({ ...SESSION, csrf: 'newer' }), json({ id: '7' }, 201)]

  const { response } = await api.POST('/v1/events', { body: { title: 'cart v2 is out' } })

  expect(response.status).toBe(201)
  expect(asked.map(({ method, headers }) => [method, headers.get('x-csrf-token')])).toEqual([
    ['POST', 'proof'],
    ['GET', null],
    ['POST', 'newer'],
  ])
  expect(await asked[2]?.json()).toEqual({ title: 'cart v2 is out' })
  expect(onOther).toHaveBeenCalledWith({ ...SESSION, csrf: 'newer' })
})

test('a change is not sent once more for a right that lacks, nor in the name of somebody else', async () => {
  const { prove } = await import('./session')
  const { api } = await import('../api/client')
  const onOther = vi.fn()
  prove(MINE, onOther)
  const somebody = { ...SESSION, csrf: 'theirs', token: { ...SESSION.token, id: '2' } }
  for (const session of [json(SESSION), json(somebody), json({}, 401)]) {
    answers = [json({}, 403), session]
    const { response } = await api.POST('/v1/events', { body: { title: 'cart v2 is out' } })
    expect(response.status).toBe(403)
  }

  expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(3)
  expect(onOther.mock.calls).toEqual([[somebody], [null]])
})

test('a right is had by name, or by being admin', async () => {
  const { may } = await import('./session')
  const holder = (...rights: ('admin' | 'events:read')[]) => ({ ...SESSION, token: { ...SESSION.token, rights } })

  expect(may(holder('events:read'), 'events:read')).toBe(true)
  expect(may(holder('events:read'), 'problems:write')).toBe(false)
  expect(may(holder('admin'), 'problems:write')).toBe(true)
})
