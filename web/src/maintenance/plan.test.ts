import { expect, test } from 'vitest'
import type { Maintenance } from '../api/nouns'
import { blank, changeOf, faultOf, formOf, planOf } from './plan'

const ZONE = 'Europe/Vienna'
const WINDOW: Maintenance = {
  id: '01a1fc3f-b53e-789f-bfe4-8c624735cd17',
  name: 'Database upgrade',
  description: '',
  mode: 'no_problem',
  recurrence: 'weekly',
  starts_at: '2026-09-21T20:00:00.000Z',
  ends_at: '2026-09-21T22:00:00.000Z',
  time_zone: ZONE,
  last_at: '2026-12-21T21:00:00.000Z',
  scope: { clusters: [], namespaces: [], services: ['ledger'] },
  entities: null,
  active: false,
  next: null,
  created_by: 'ann',
  created_at: '2026-09-01T00:00:00.000Z',
  updated_at: '2026-09-01T00:00:00.000Z',
}
const FORM = formOf(WINDOW)

test('a window is changed by the clock of its own zone', () => {
  expect(FORM).toMatchObject({ starts: '2026-09-21T22:00:00', last: '2026-12-21T22:00:00', services: ['ledger'] })
  expect(changeOf(FORM, FORM, ZONE)).toEqual({})
  expect(changeOf(FORM, { ...FORM, ends: '2026-09-22T01:00' }, ZONE)).toEqual({ ends_at: '2026-09-21T23:00:00.000Z' })
})

test('an end of the recurrence can be taken away, and goes with the recurrence', () => {
  expect(changeOf(FORM, { ...FORM, last: '' }, ZONE)).toEqual({ last_at: null })
  expect(changeOf(FORM, { ...FORM, recurrence: 'once' }, ZONE)).toEqual({ recurrence: 'once', last_at: null })
})

test('other places take the place of those there were, none mean everything', () => {
  expect(changeOf(FORM, { ...FORM, services: ['cart'] }, ZONE)).toEqual({
    scope: { clusters: [], namespaces: [], services: ['cart'] },
  })
  expect(changeOf(FORM, { ...FORM, services: [] }, ZONE)).toEqual({ scope: null })
  const ofEntities = formOf({ ...WINDOW, scope: null, entities: ['SERVICE-00AA11BB22CC33DD'] })
  expect(changeOf(ofEntities, { ...ofEntities, name: 'Upgrade' }, ZONE)).toEqual({ name: 'Upgrade' })
})

test('a new one is an hour from the next round time on', () => {
  const form = { ...blank(Date.UTC(2026, 8, 21, 20, 1), ZONE), name: ' Upgrade ' }

  expect(planOf(form, ZONE)).toEqual({
    name: 'Upgrade',
    description: '',
    starts_at: '2026-09-21T20:05:00.000Z',
    ends_at: '2026-09-21T21:05:00.000Z',
    time_zone: ZONE,
    recurrence: 'once',
    last_at: null,
    mode: 'no_problem',
  })
})

test('what cannot be meant is told', () => {
  expect(faultOf(FORM, ZONE)).toBeNull()
  expect(faultOf({ ...FORM, name: ' ' }, ZONE)).toBe('It has no name')
  expect(faultOf({ ...FORM, starts: '' }, ZONE)).toBe('It has no times')
  expect(faultOf({ ...FORM, ends: FORM.starts }, ZONE)).toBe('It ends before it starts')
  expect(faultOf({ ...FORM, last: '2026' }, ZONE)).toBe('The last start is no time')
})

test('a time that nobody touched stays, also in an hour that is shown twice', () => {
  const window = { ...WINDOW, starts_at: '2026-10-25T00:30:00.000Z', ends_at: '2026-10-25T01:15:00.000Z' }
  const form = formOf(window)
  expect([form.starts, form.ends]).toEqual(['2026-10-25T02:30:00', '2026-10-25T02:15:00'])

  expect(faultOf(form, ZONE)).toBeNull()
  expect(changeOf(form, { ...form, name: 'Upgrade' }, ZONE)).toEqual({ name: 'Upgrade' })
  expect(planOf({ ...blank(Date.parse('2026-10-25T01:10:00Z'), ZONE), name: 'Upgrade' }, ZONE)).toMatchObject({
    starts_at: '2026-10-25T01:10:00.000Z',
    ends_at: '2026-10-25T02:10:00.000Z',
  })
})
