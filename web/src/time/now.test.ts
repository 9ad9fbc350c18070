import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { aheadOf, heed, now } from './now'

const HOUR_MS = 3_600_000

afterEach(() => {
  heed(Date.now(), Date.now(), Date.now())
  vi.useRealTimers()
})

test('a clock that shows what it must is left alone, however long the way was', () => {
  expect(aheadOf(1_000, 1_000, 1_000)).toBe(0)
  expect(aheadOf(1_700, 1_000, 9_000)).toBe(0)
})

test('an hour is made up for in both directions', () => {
  expect(aheadOf(HOUR_MS + 1_010, 1_000, 1_020)).toBe(HOUR_MS + 10)
  expect(aheadOf(1_010 - HOUR_MS, 1_000, 1_020)).toBe(10 - HOUR_MS)
})

test('what the server has stored is never later than now', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(60_000), fc.nat(60_000), (wrong, there, back) => {
      const sent = 1_800_000_000_000
      const said = sent + there + wrong
      const received = sent + there + back
      expect(received + aheadOf(said, sent, received)).toBeGreaterThanOrEqual(said)
    }),
  )
})

test('what was heard is what is shown', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 5_000 })

  heed(5_000 + HOUR_MS, 5_000, 5_000)
  expect(now()).toBe(5_000 + HOUR_MS)

  heed(Number.NaN, 5_000, 5_000)
  expect(now()).toBe(5_000 + HOUR_MS)
})
