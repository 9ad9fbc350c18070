import { listOf, oneOf } from '../address/query'
import { readWindow, type WindowSearch } from '../time/window'

/** All that the page of a service shows, as it stands in its address. */
export interface ServiceSearch extends WindowSearch {
  /** Further entities whose lanes are shown. */
  lane?: string[]
  /** The event that is open in the drawer. */
  event?: string
}

/** From what an address says, only what means something here. */
export function readServiceSearch(search: Readonly<Record<string, unknown>>): ServiceSearch {
  const lane = listOf(search.lane)
  return { ...readWindow(search), lane: lane.length > 0 ? lane : undefined, event: oneOf(search.event) }
}
