import { expect, test } from 'vitest'
import type { Alert, Brief, Event, Severity } from '../api/nouns'
import type { Lane } from '../timeline/layout'
import type { Mark } from '../timeline/mark'
import { worstOf } from './worst'

const alert = (entity: string | null, severity: Severity) => ({ entity, severity }) as Alert
const mark = (problem_id: string | null, severity: Severity) =>
  ({ severity, event: { problem_id } as Event }) as unknown as Mark
const lane = (id: string, ...marks: Mark[]): Lane => ({ id, marks })
const affected = ['a', 'b', 'c'].map((id) => ({ id }) as Brief)

test('an entity is as bad as the worst of its alerts, whether it has a lane or not', () => {
  const alerts = [alert('a', 'warning'), alert('a', 'error'), alert('b', 'info')]

  const worst = worstOf({ id: 'p', severity: 'critical', affected, alerts }, [])

  expect([worst.get('a'), worst.get('b')]).toEqual(['error', 'info'])
})

test('where alerts name no entity the events of the problem tell', () => {
  const lanes = [lane('a', mark('p', 'warning'), mark('other', 'critical')), lane('d', mark(null, 'critical'))]

  const worst = worstOf({ id: 'p', severity: 'critical', affected, alerts: [alert(null, 'warning')] }, lanes)

  expect(worst.get('a')).toBe('warning')
  expect(worst.has('d')).toBe(false)
})

test('what is affected is never shown as well', () => {
  const worst = worstOf({ id: 'p', severity: 'error', affected, alerts: [] }, [])

  expect([...worst.values()]).toEqual(['error', 'error', 'error'])
})
