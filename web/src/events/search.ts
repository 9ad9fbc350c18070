import { listOf, oneOf } from '../address/query'
import type { EventQuery } from '../api/nouns'
import { readWindow, type Stretch, type WindowSearch } from '../time/window'

/** What events may be counted and chosen by, in the order in which it is shown. */
export const FACETS = ['type', 'severity', 'kind', 'source', 'service', 'cluster', 'namespace', 'dialect'] as const
export type Facet = (typeof FACETS)[number]

const LISTS = [...FACETS, 'entity', 'status', 'problem'] as const
type ListName = (typeof LISTS)[number]

type PropertyName = `prop.${string}`

/** Which events: the API's filters under the API's names. */
export type EventFilter = Partial<Record<ListName, string[]>> & {
  q?: string
  [property: PropertyName]: string[] | undefined
}

/** All that the events page shows, as it stands in its address. */
export interface EventSearch extends EventFilter, WindowSearch {
  order?: 'time'
  /** Only where the window moves: one that stands has nothing new. */
  live?: true
  /** The event that is open in the drawer. */
  event?: string
}

/** From what an address says, only what means something here. */
export function readEventSearch(search: Readonly<Record<string, unknown>>): EventSearch {
  const window = readWindow(search)
  const isLive = oneOf(search.live) === 'true' || search.live === true
  return {
    ...readFilter(search),
    ...window,
    order: oneOf(search.order) === 'time' ? 'time' : undefined,
    live: isLive && window.to === undefined ? true : undefined,
    event: oneOf(search.event),
  }
}

export function readFilter(search: Readonly<Record<string, unknown>>): EventFilter {
  const filter: EventFilter = {}
  for (const name of LISTS) {
    const values = listOf(search[name])
    if (values.length > 0) filter[name] = values
  }
  for (const name of Object.keys(search).filter(isProperty)) {
    const values = listOf(search[name])
    if (values.length > 0) filter[name] = values
  }
  const q = oneOf(search.q)
  if (q !== undefined) filter.q = q
  return filter
}

export function isProperty(name: string): name is PropertyName {
  return name.startsWith('prop.') && name.length > 'prop.'.length
}

/** The filter as the API takes it, over a stretch of time. */
export function eventQuery(filter: EventFilter, { from, to }: Stretch): EventQuery {
  return { ...readFilter(filter), ...apiWindow({ from, to }) } as EventQuery // the document leaves `prop.` and one-word lists out
}

export function apiWindow({ from, to }: Stretch): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

/** The chosen values with one more, or without the one. */
export function toggled(values: readonly string[] | undefined, value: string): string[] | undefined {
  const chosen = values ?? []
  const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]
  return next.length > 0 ? next : undefined
}

/** Each single thing that narrows the list, for chips. */
export function parts(filter: EventFilter): { name: ListName | PropertyName; value: string }[] {
  const names = [...LISTS, ...Object.keys(filter).filter(isProperty)]
  return names.flatMap((name) => (filter[name] ?? []).map((value) => ({ name, value })))
}
