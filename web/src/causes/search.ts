import { oneOf } from '../address/query'

/** What is asked why, as it stands in the address. */
export interface WhySearch {
  entity?: string
  /** An instant; without it: now. */
  at?: string
  /** How far back, as ISO 8601 spells it. */
  lookback?: string
  /** The event that is open in the drawer. */
  event?: string
}

const DURATION = /^P(?=.)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/

/** From what an address says, only what means something here. */
export function readWhySearch(search: Readonly<Record<string, unknown>>): WhySearch {
  const at = Date.parse(oneOf(search.at) ?? '')
  const lookback = oneOf(search.lookback) ?? ''
  return {
    entity: oneOf(search.entity),
    at: Number.isFinite(at) ? new Date(at).toISOString() : undefined,
    lookback: DURATION.test(lookback) ? lookback : undefined,
    event: oneOf(search.event),
  }
}
