import { expect, test } from 'vitest'
import type { Brief, Event } from '../api/nouns'
import { asideOf, nearest } from './nearest'

const at = (minute: number): Event => ({ id: `e${minute}`, time: new Date(minute * 60_000).toISOString() }) as Event
const page = (minutes: readonly number[], next: string | null = null) => ({ events: minutes.map(at), next })
const count = <T>(length: number, of: (n: number) => T) => Array.from({ length }, (_, n) => of(n))
const ids = (events: readonly Event[]) => events.map(({ id }) => id)

test('an event stands among its neighbours in the order of time', () => {
  const { events, most } = nearest(at(60), page([60, 58, 40]), page([40, 60, 62]))

  expect(ids(events)).toEqual(['e40', 'e58', 'e60', 'e62'])
  expect(most).toBeNull()
})

test('of many the nearest are shown on either side, and that they are not all', () => {
  const { events, most } = nearest(at(100), page(count(50, (n) => 100 - n)), page(count(50, (n) => 100 + n)))

  expect(ids(events)).toEqual(count(61, (n) => `e${70 + n}`))
  expect(most).toBe(30)
  expect(nearest(at(100), page([100]), page([100], 'more')).most).toBe(30)
})

test('what is beside an event is on the services that it concerns; on none when there are none', () => {
  const sample = [{ id: 'a' }, { id: 'b' }] as Brief[]
  const scope = { clusters: ['prod'], namespaces: [], services: [] }
  const event = { scope, entities: [] as string[], matched: { count: 2, of: 9, sample } } as unknown as Event
  const none = { count: 0, of: 9, sample: [] }

  expect(asideOf(event)).toEqual({ entity: ['a', 'b'] })
  expect(asideOf({ ...event, scope: null, entities: ['c'], matched: none })).toEqual({ entity: ['c'] })
  expect(asideOf({ ...event, matched: none })).toBeNull()
  expect(asideOf({ ...event, scope: { ...scope, clusters: [] } })).toEqual({})
})
