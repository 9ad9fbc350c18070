import { expect, test } from 'vitest'
import type { Alert, Problem } from '../api/nouns'
import { isLookedAfter } from './attended'

const problem = (alert_count: number, ...states: Alert['state'][]): Problem =>
  ({ state: 'open', alert_count, alerts: states.map((state) => ({ state })) }) as Problem

test('a problem is looked after when all of its alerts are', () => {
  expect(isLookedAfter(problem(2, 'acknowledged', 'closed'))).toBe(true)
  expect(isLookedAfter(problem(2, 'acknowledged', 'open'))).toBe(false)
  expect(isLookedAfter({ ...problem(1, 'acknowledged'), state: 'closed' })).toBe(false)
})

test('what a list does not show of them is not taken for looked after', () => {
  expect(isLookedAfter(problem(3, 'acknowledged', 'acknowledged'))).toBe(false)
})
