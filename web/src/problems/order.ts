import type { Problem } from '../api/nouns'
import { SEVERITIES } from '../events/looks'

/** Order of a list: the worst first, of equals the last opened. */
export function worstFirst(one: Problem, other: Problem): number {
  return (
    SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
    other.opened_at.localeCompare(one.opened_at)
  )
}
