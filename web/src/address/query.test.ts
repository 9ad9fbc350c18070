import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listOf, oneOf, parseQuery, stringifyQuery } from './query'

const names = fc.string({ minLength: 1, unit: 'binary' }).filter((name) => name !== '__proto__')
const texts = fc.string({ unit: 'grapheme' })

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.dictionary(names, fc.array(texts, { minLength: 1 }), { noNullPrototype: true }), (lists) => {
      const read = parseQuery(stringifyQuery(lists))
      expect(Object.fromEntries(Object.entries(read).map(([k, v]) => [k, Array.isArray(v) ? v : [v]]))).toEqual(lists)
    }),
  )
})

test('what is absent is not written', () => {
  expect(stringifyQuery({ a: undefined, b: [], c: null, d: false })).toBe('')
  expect(stringifyQuery({ type: ['a', 'b'], q: 'x y', live: true })).toBe('?type=a&type=b&q=x+y&live=true')
})

test('times and tags stay readable', () => {
  expect(stringifyQuery({ from: '2026-09-21T13:00:00.000Z', entity: 'service:eu/shop' })).toBe(
    '?from=2026-09-21T13:00:00.000Z&entity=service:eu/shop',
  )
})

test('lists hold each text once, and no other things', () => {
  expect(listOf(['a', 'a', '', 3])).toEqual(['a'])
  expect(listOf(undefined)).toEqual([])
  expect(oneOf(['x', 'y'])).toBe('x')
})
