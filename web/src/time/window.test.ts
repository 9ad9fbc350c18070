import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuery, stringifyQuery } from '../address/query'
import { lastMs, lastName, readWindow, stretch, type Window, windowOf, windowSearch } from './window'

const lasts = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom('m', 'h', 'd'))
  .map(([n, u]) => ({ last: `${n}${u}` }))
const stretches = fc
  .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e10 }))
  .map(([from, length]) => ({ from, to: from + length }))

test('a window comes back from its address as it went in', () => {
  fc.assert(
    fc.property(fc.oneof<fc.Arbitrary<Window>[]>(lasts, stretches), (window) => {
      expect(windowOf(readWindow(parseQuery(stringifyQuery({ ...windowSearch(window) }))))).toEqual(window)
    }),
  )
})

test('whatever an address says, there is a window', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (last, from, to) => {
      const { from: start, to: end } = stretch(windowOf({ last, from, to }), 1e12)
      expect(end).toBeGreaterThan(start)
    }),
  )
})

test('presets have names and lengths', () => {
  expect(lastMs('24h')).toBe(86_400_000)
  expect(lastMs('0h')).toBeNull()
  expect(lastName('24h')).toBe('Last 24 hours')
  expect(lastName('1h')).toBe('Last hour')
})

test('however far somebody zooms out, the window stays in years that there are', () => {
  const far = windowOf(windowSearch({ from: -9e15, to: 9e15 }))

  expect(windowSearch(far)).toMatchObject({ from: '1970-01-01T00:00:00.000Z', to: '9999-12-31T00:00:00.000Z' })
  expect(windowOf({ from: '-271821-04-20T00:00:00Z', to: '2026-01-01T00:00:00Z' })).toEqual({
    from: 0,
    to: Date.UTC(2026, 0),
  })
  expect(windowOf({ from: '0001-01-01T00:00:00Z', to: '0002-01-01T00:00:00Z' })).toEqual({ last: '24h' })
})
