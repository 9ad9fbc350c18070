import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromField, readField, toField } from './field'

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

test('a field that nobody touched keeps its instant, also in an hour that is shown twice', () => {
  const second = Date.parse('2026-10-25T01:30:00.250Z')
  const shown = toField(second, 'Europe/Vienna')
  expect(shown).toBe('2026-10-25T02:30:00')

  expect(readField(shown, 'Europe/Vienna', second)).toBe(second)
  expect(readField('2026-10-25T02:31:00', 'Europe/Vienna', second)).toBe(Date.parse('2026-10-25T00:31:00Z'))
  expect(readField('', 'Europe/Vienna', second)).toBeNull()
})
