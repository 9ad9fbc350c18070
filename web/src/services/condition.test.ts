import { expect, test } from 'vitest'
import type { Alert, Brief, Entity, Problem } from '../api/nouns'
import { healthOf, placeOf, scattered, sickFirst } from './condition'

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

test('an alert that names no entity is on all that it concerns', () => {
  const everywhere = { ...alert(null, 'error'), id: 'all' }

  const health = healthOf([everywhere], [], new Map([['all', ['a', 'b']]]))

  expect([...health]).toEqual(['a', 'b'].map((id) => [id, { worst: 'error', alerts: 1, problems: [] }]))
})

test('of an alert without an entity its problem tells whom it concerns, if it affects any', () => {
  const one = (id: string, problem_id: string | null) => ({ ...alert(null, 'error'), id, problem_id })
  const problems = [
    { ...problem('P-1', 'error', 'a'), id: '1' },
    { ...problem('P-2', 'error'), id: '2' },
  ]

  const left = scattered([alert('a', 'error'), one('told', '1'), one('silenced', null), one('all', '2')], problems)

  expect(left.map(({ id }) => id)).toEqual(['silenced', 'all'])
})

test('where an event is, is known when it tells all that it concerns', () => {
  const sample = ['a', 'b'].map((id) => ({ id }) as Brief)

  expect(placeOf({ entities: [], matched: { count: 2, of: 9, sample } })).toEqual(['a', 'b'])
  expect(placeOf({ entities: [], matched: { count: 3, of: 9, sample } })).toBeNull()
  expect(placeOf({ entities: [], matched: { count: 0, of: 9, sample: [] } })).toEqual([])
  expect(placeOf({ entities: ['a'], matched: null })).toEqual(['a'])
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
