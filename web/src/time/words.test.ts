import { expect, test } from 'vitest'
import { ago, exact, length, reach, stamp, tickLabel } from './words'

const at = Date.UTC(2026, 10, 29, 13, 5, 22, 340)

test('times are written without doubt about day and month', () => {
  expect(stamp(at, 'UTC', at)).toBe('29 Nov 13:05:22')
  expect(stamp(at, 'Asia/Tokyo', at)).toBe('29 Nov 22:05:22')
  expect(stamp(at, 'UTC', Date.UTC(2027, 0))).toBe('29 Nov 2026 13:05:22')
  expect(exact(at, 'UTC')).toBe('29 Nov 2026, 13:05:22.340')
})

test('lengths have two units at most', () => {
  expect(length(340)).toBe('340ms')
  expect(length(12_000)).toBe('12s')
  expect(length(200_000)).toBe('3m 20s')
  expect(length(7_200_000)).toBe('2h')
  expect(length(2 * 86_400_000 + 4 * 3_600_000 + 5)).toBe('2d 4h')
})

test('ages are short', () => {
  expect(ago(at, at + 200_000)).toBe('3m ago')
  expect(ago(at, at - 7_200_000)).toBe('in 2h')
  expect(ago(at, at + 1000)).toBe('now')
})

test('midnight is a date', () => {
  const midnight = Date.UTC(2026, 10, 29)
  expect(tickLabel(midnight, 'UTC', 3_600_000)).toBe('29 Nov')
  expect(tickLabel(midnight + 3_600_000, 'UTC', 3_600_000)).toBe('01:00')
  expect(tickLabel(at, 'UTC', 5000)).toBe('13:05:22')
})

test('the day of an end is named when it is another, also in another year', () => {
  const [from, now] = [Date.UTC(2026, 10, 29, 13, 5), Date.UTC(2026, 10, 30)]
  expect(reach(from, Date.UTC(2026, 10, 29, 13, 20), 'UTC', now)).toBe('29 Nov 13:05 → 13:20')
  expect(reach(from, Date.UTC(2026, 10, 30, 9), 'UTC', now)).toBe('29 Nov 13:05 → 30 Nov 09:00')
  expect(reach(Date.UTC(2025, 10, 29, 13, 5), from, 'UTC', now)).toBe('29 Nov 2025 13:05 → 29 Nov 13:05')
})
