import { expect, test } from 'vitest'
import type { Alert, Entity, Problem } from '../api/nouns'
import { healthOf, sickFirst } from './condition'

const alert = (entity: string | null, severity: Alert['severity']) => ({ entity, severity }) as Alert
const problem = (name: string, severity: Problem['severity'], ...ids: string[]) =>
  ({ name, severity, affected: ids.map((id) => ({ id })) }) as Problem
const entity = (id: string) => ({ id, name: id, cluster: '' }) as Entity

test('an entity is as ill as the worst of what is wrong with it', () => {
  const health = healthOf(
    [alert('a', 'warning'), alert('a', 'error'), alert(null, 'critical')],
    [problem('P-1', 'critical', 'a', 'b')],
  )
  expect(health.get('a')).toEqual({ worst: 'critical', alerts: 2, problems: ['P-1'] })
  expect(health.get('b')).toEqual({ worst: 'critical', alerts: 0, problems: ['P-1'] })
  expect(health.size).toBe(2)
})

test('the troubled come first, then names', () => {
  const health = healthOf([alert('z', 'info'), alert('y', 'critical')], [])
  expect(
    ['a', 'z', 'b', 'y']
      .map(entity)
      .sort(sickFirst(health))
      .map(({ id }) => id),
  ).toEqual(['y', 'z', 'a', 'b'])
})
