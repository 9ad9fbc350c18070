import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flatten } from './flatten'

test('nested values are found by their path, in the order sent', () => {
  expect(
    flatten({ rollout: { to: 'v2', hosts: ['a', { name: 'b' }] }, n: 3, none: null, empty: {}, ok: false }),
  ).toEqual([
    { path: 'rollout.to', text: 'v2', filter: 'prop.rollout.to' },
    { path: 'rollout.hosts[0]', text: 'a', filter: null },
    { path: 'rollout.hosts[1].name', text: 'b', filter: null },
    { path: 'n', text: '3', filter: 'prop.n' },
    { path: 'none', text: 'null', filter: null },
    { path: 'empty', text: '{}', filter: null },
    { path: 'ok', text: 'false', filter: 'prop.ok' },
  ])
  expect(flatten({})).toEqual([])
})

test('nothing is lost: as many leaves as there are values', () => {
  const count = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1
    const inner = Object.values(value)
    return inner.length === 0 ? 1 : inner.reduce((sum: number, one) => sum + count(one), 0)
  }
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true }), (properties) => {
      expect(flatten(properties)).toHaveLength(count(properties))
    }),
  )
})
