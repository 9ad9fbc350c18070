import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stepOf, ticks } from './ticks'
import { wallAt } from './zone'

const zones = fc.constantFrom('UTC', 'Europe/Vienna', 'America/New_York', 'Asia/Kolkata')
const starts = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) })
const lengths = fc.integer({ min: 1000, max: 400 * 86_400_000 })

test('ticks are inside, in order, and few', () => {
  fc.assert(
    fc.property(starts, lengths, fc.integer({ min: 2, max: 12 }), zones, (from, length, most, zone) => {
      const found = ticks(from, from + length, most, zone)
      expect(found.length).toBeLessThanOrEqual(most + 2)
      expect(found.every((at) => at >= from && at <= from + length)).toBe(true)
      expect(found.every((at, i) => i === 0 || at > (found[i - 1] ?? 0))).toBe(true)
    }),
  )
})

test('days begin at midnight where the reader is, also when clocks are changed', () => {
  const from = Date.UTC(2026, 9, 23)
  for (const at of ticks(from, from + 5 * 86_400_000, 6, 'Europe/Vienna')) {
    expect(wallAt(at, 'Europe/Vienna')).toMatchObject({ hour: 0, minute: 0, second: 0 })
  }
})

test('steps are round', () => {
  expect(stepOf(3_600_000, 6)).toBe(600_000)
  expect(stepOf(86_400_000, 8)).toBe(3 * 3_600_000)
  expect(stepOf(1000, 8)).toBe(1000)
})
