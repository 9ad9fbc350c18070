import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuery, stringifyQuery } from '../address/query'
import { type EventSearch, eventQuery, FACETS, parts, readEventSearch, readFilter, toggled } from './search'

const values = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1, maxLength: 4 })
const lists = fc.record(Object.fromEntries([...FACETS, 'entity', 'status'].map((name) => [name, values])), {
  requiredKeys: [],
  noNullPrototype: true,
})
const searches: fc.Arbitrary<EventSearch> = fc
  .tuple(
    lists,
    fc.record(
      {
        q: fc.string({ minLength: 1 }),
        live: fc.constant(true as const),
        order: fc.constant('time' as const),
        event: fc.uuid(),
        'prop.pool.max': values,
        last: fc.constantFrom('15m', '7d'),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  )
  .map(([one, other]) => ({ ...one, ...other }))

test('an address brings back what it was made from', () => {
  fc.assert(
    fc.property(searches, (search) => {
      const read = readEventSearch(parseQuery(stringifyQuery({ ...search })))
      expect(JSON.parse(JSON.stringify(read))).toEqual(search)
      expect(readEventSearch({ ...read })).toEqual(read)
    }),
  )
})

test('only a window that moves is live', () => {
  const fixed = { from: '2026-11-29T12:00:00Z', to: '2026-11-29T13:00:00Z' }
  expect(readEventSearch({ ...fixed, live: 'true' }).live).toBeUndefined()
  expect(readEventSearch({ last: '7d', live: 'true' }).live).toBe(true)
  expect(readEventSearch({ from: 'garbage', live: 'true' }).live).toBe(true)
})

test('what the API is asked is what the address says', () => {
  const asked = eventQuery({ type: ['deploy'], q: 'cart', 'prop.a.b': ['1'] }, { from: 0, to: 1000 })
  expect(stringifyQuery({ ...asked })).toBe(
    '?type=deploy&prop.a.b=1&q=cart&from=1970-01-01T00:00:00.000Z&to=1970-01-01T00:00:01.000Z',
  )
})

test('strange addresses are read without complaint', () => {
  expect(readFilter({ type: '', 'prop.': 'x', other: 'y', severity: ['error', 'error'] })).toEqual({
    severity: ['error'],
  })
})

test('values are chosen and given up one by one', () => {
  expect(toggled(undefined, 'a')).toEqual(['a'])
  expect(toggled(['a', 'b'], 'a')).toEqual(['b'])
  expect(toggled(['a'], 'a')).toBeUndefined()
  expect(parts({ type: ['a', 'b'], 'prop.x': ['1'] })).toHaveLength(3)
})
