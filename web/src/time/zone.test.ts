import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chosenZone, instantOf, isZone, offsetName, offsetNames, readZone, wallAt } from './zone'

const zones = fc.constantFrom('UTC', 'Europe/Vienna', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe')
const instants = fc
  .integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) })
  .map((at) => Math.floor(at / 1000) * 1000)

test('the clock of a zone shows again what it was set to', () => {
  fc.assert(
    fc.property(instants, zones, (at, zone) => {
      const wall = wallAt(at, zone)
      const back = instantOf(wall, zone)
      expect(wallAt(back, zone)).toEqual(wall)
      expect(Math.abs(back - at)).toBeLessThanOrEqual(3_600_000) // an hour that is shown twice
    }),
  )
})

test('an hour that is skipped lies behind the gap', () => {
  const skipped = { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0 }
  expect(new Date(instantOf(skipped, 'Europe/Vienna')).toISOString()).toBe('2026-03-29T01:30:00.000Z')
})

test('an hour that is shown twice is the first', () => {
  const twice = { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 }
  expect(new Date(instantOf(twice, 'Europe/Vienna')).toISOString()).toBe('2026-10-25T00:30:00.000Z')
})

test('zones have names that people read', () => {
  const summer = Date.UTC(2026, 6, 1)
  expect(offsetName(summer, 'Europe/Vienna')).toBe('UTC+2')
  expect(offsetName(summer, 'Asia/Kolkata')).toBe('UTC+5:30')
  expect(offsetName(summer, 'America/New_York')).toBe('UTC−4')
  expect(offsetName(summer, 'UTC')).toBe('UTC')
  expect(isZone('Mars/Olympus')).toBe(false)
})

test('times on both sides of a change of the clock name both', () => {
  const [summer, winter] = [Date.UTC(2026, 6, 1), Date.UTC(2026, 11, 1)]
  expect(offsetNames([winter, summer, winter], 'Europe/Vienna')).toBe('UTC+2 / UTC+1')
  expect(offsetNames([winter, winter], 'Europe/Vienna')).toBe('UTC+1')
  expect(offsetNames([winter, summer], 'Asia/Kolkata')).toBe('UTC+5:30')
})

test('a zone of an address is one that there is', () => {
  expect(readZone({ tz: 'Asia/Kolkata' })).toBe('Asia/Kolkata')
  expect(readZone({ tz: ['UTC', 'Asia/Kolkata'] })).toBe('UTC')
  expect(readZone({ tz: 'Mars/Olympus' })).toBeUndefined()
  expect(readZone({})).toBeUndefined()
})

test('the address goes before what was chosen here, and neither need be', () => {
  expect(chosenZone('Asia/Kolkata', 'UTC')).toBe('Asia/Kolkata')
  expect(chosenZone(undefined, 'UTC')).toBe('UTC')
  expect(chosenZone('Mars/Olympus', 'UTC')).toBe('UTC')
  expect(chosenZone(undefined, '')).toBeNull()
  expect(chosenZone(undefined, 'Mars/Olympus')).toBeNull()
})
