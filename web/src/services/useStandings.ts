import { useOpenAlerts } from '../alerts/useAlerts'
import type { Entity } from '../api/nouns'
import { useOpenProblems } from '../problems/useProblems'
import { useMay } from '../session/useSession'
import { type Condition, healthOf, type Standing, scattered } from './condition'
import { useWhereabouts } from './useWhereabouts'

export interface Standings {
  /** What is known to be wrong. */
  health: ReadonlyMap<string, Condition>
  standingOf: (entity: Entity) => Standing
  /** What is open, or whom it concerns, is being asked; also of an alert that came later. */
  isPending: boolean
  /** Why it is not known of all others that nothing is. */
  error: Error | null
  /** What failed is being asked again. */
  isAskedAgain: boolean
  /** More is open than was read. */
  isCut: boolean
  /** Of how many open alerts it is not known whom they concern. */
  unplaced: number
  askAgain: () => void
}

/** How entities do. That nothing is open is said only where all was read, and it is known whom all of it concerns. */
export function useStandings(): Standings {
  const mayRead = useMay('events:read')
  const alerts = useOpenAlerts()
  const problems = useOpenProblems()
  const [open, affecting] = [alerts.data?.alerts ?? [], problems.data?.problems ?? []]
  const isRead = !alerts.isPending && !problems.isPending
  const where = useWhereabouts(isRead ? scattered(open, affecting) : [])
  const error = alerts.error ?? problems.error ?? where.error
  const isCut = alerts.data?.isCut || problems.data?.isCut || false
  const isKnown = mayRead && error === null && !isCut
  const isAsked = isKnown && (!isRead || where.isPending)
  const others: Standing = isAsked ? 'asked' : isKnown && where.unplaced === 0 ? 'well' : 'unknown'
  const health = healthOf(open, affecting, where.places)
  return {
    health,
    standingOf: ({ id }) => health.get(id) ?? others,
    isPending: isAsked,
    error,
    isAskedAgain: error !== null && (!isRead || where.isPending),
    isCut,
    unplaced: isAsked ? 0 : where.unplaced,
    askAgain: () => {
      for (const { refetch } of [alerts, problems]) refetch()
      where.askAgain()
    },
  }
}
