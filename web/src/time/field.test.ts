import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromField, toField } from './field'

test('a field holds the instant to the second', () => {
  const seconds = fc.integer({ min: 0, max: 2e9 }).map((s) => s * 1000)
  fc.assert(
    fc.property(seconds, (at) => {
      expect(fromField(toField(at, 'Asia/Kolkata'), 'Asia/Kolkata')).toBe(at)
    }),
  )
})

test('half a time is none', () => {
  expect(fromField('', 'UTC')).toBeNull()
  expect(fromField('2026-01-01', 'UTC')).toBeNull()
  expect(fromField('2026-01-01T10:00', 'UTC')).toBe(Date.UTC(2026, 0, 1, 10))
})
