import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readWhySearch } from './search'

test('what an address says is asked', () => {
  const asked = { entity: 'cart', at: '2026-11-29T13:05:22.000Z', lookback: 'PT30M', event: '7' }
  expect(readWhySearch(asked)).toEqual(asked)
  expect(readWhySearch({ at: '2026-11-29T14:05:22+01:00' }).at).toBe(asked.at)
  for (const lookback of ['PT2H', 'P2D', 'P1DT12H']) expect(readWhySearch({ lookback })).toEqual({ lookback })
})

test('whatever else stands there is asked as if it did not', () => {
  for (const odd of ['garbage', '', 'P', 'PT', '2h', '2026-13-40'])
    expect(readWhySearch({ at: odd, lookback: odd })).toEqual({})
  fc.assert(
    fc.property(fc.string(), (at) => {
      expect(Date.parse(readWhySearch({ at }).at ?? '1970-01-01')).not.toBeNaN()
    }),
  )
})
