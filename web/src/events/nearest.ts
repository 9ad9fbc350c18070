import type { Event, EventPage } from '../api/nouns'
import { isEverywhere } from './where'

const MOST = 30
const MOST_ENTITIES = 20

/** Which events are on the same services, as a filter: of what is about every service, all. Null: on none. */
export function asideOf({ scope, entities, matched }: Event): { entity?: string[] } | null {
  if (!matched) return null // a list does not say whom it concerns
  if (scope && isEverywhere(scope)) return {}
  const entity = [...new Set([...entities, ...matched.sample.map(({ id }) => id)])].slice(0, MOST_ENTITIES)
  return entity.length > 0 ? { entity } : null
}

export interface Nearest {
  /** The event among its neighbours, in the order of time. */
  events: Event[]
  /** How many are shown of either side, where there were more; null: these are all. */
  most: number | null
}

/** The neighbours that began nearest to an event. `before`: up to it, the newest first; `after`: from it on, the oldest first. */
export function nearest(event: Event, before: EventPage, after: EventPage): Nearest {
  const earlier = before.events.filter(({ id }) => id !== event.id)
  const known = new Set([event, ...earlier].map(({ id }) => id))
  const later = after.events.filter(({ id, time }) => !known.has(id) && time >= event.time)
  const isCut = [before, after].some(({ next }) => next !== null) || earlier.length > MOST || later.length > MOST
  const events = [...earlier.slice(0, MOST), event, ...later.slice(0, MOST)]
  return { events: events.sort((one, other) => one.time.localeCompare(other.time)), most: isCut ? MOST : null }
}
