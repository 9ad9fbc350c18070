import { expect, test } from 'vitest'
import { parseMetrics } from './metrics'
import { type Reading, rates, read, refusals } from './reading'

const reading = (at: number, accepted: number | null, rejected = 0, refused: Record<string, number> = {}): Reading => ({
  at,
  accepted,
  rejected,
  refusals: new Map(Object.entries(refused)),
})

test('rates are per second', () => {
  expect(rates([reading(0, 10), reading(5000, 60, 5)])).toEqual([{ at: 5000, accepted: 10, rejected: 1 }])
  expect(rates([reading(0, 10)])).toEqual([])
  expect(rates([reading(0, null), reading(5000, null)])).toEqual([])
})

test('after a restart nothing is negative', () => {
  expect(rates([reading(0, 1000), reading(1000, 4)])).toEqual([{ at: 1000, accepted: 4, rejected: 0 }])
})

test('refusals are counted by reason, in all and since the first reading', () => {
  const readings = [
    reading(0, 0, 0, { invalid: 100, rate: 2 }),
    reading(30_000, 0, 0, { invalid: 110, rate: 2 }),
    reading(60_000, 0, 0, { invalid: 4, rate: 2, too_large: 200, forbidden: 0 }),
  ]

  expect(refusals(readings)).toEqual([
    { reason: 'too_large', total: 200, perMinute: 200 },
    { reason: 'invalid', total: 4, perMinute: 14 },
    { reason: 'rate', total: 2, perMinute: 0 },
  ])
  expect(refusals(readings.slice(0, 1))?.[0]).toEqual({ reason: 'invalid', total: 100, perMinute: null })
})

test('none refused is none, and not reported is unknown', () => {
  const counted = read(parseMetrics('# TYPE whence_refusals_total counter\n'), 0)
  const silent = read(parseMetrics('whence_queue_reports 0\n'), 0)

  expect(refusals([counted])).toEqual([])
  expect(refusals([silent])).toBeNull()
  expect(silent.accepted).toBeNull()
  expect(refusals([])).toBeNull()
})
