import { useOpenAlerts } from '../alerts/useAlerts'
import type { Entity } from '../api/nouns'
import { useOpenProblems } from '../problems/useProblems'
import { useMay } from '../session/useSession'
import { type Condition, healthOf, type Standing } from './condition'

interface Standings {
  /** What is known to be wrong. */
  health: ReadonlyMap<string, Condition>
  standingOf: (entity: Entity) => Standing
  /** Why it is not known of all others that nothing is. */
  error: Error | null
  askAgain: () => void
}

/** How entities do. That nothing is open is said only of what both alerts and problems were read for. */
export function useStandings(): Standings {
  const mayRead = useMay('events:read')
  const alerts = useOpenAlerts()
  const problems = useOpenProblems()
  const health = healthOf(alerts.data?.alerts ?? [], problems.data?.problems ?? [])
  const error = alerts.error ?? problems.error
  const isAsked = mayRead && error === null && (alerts.isPending || problems.isPending)
  const others: Standing = isAsked ? 'asked' : mayRead && error === null ? 'well' : 'unknown'
  return {
    health,
    standingOf: ({ id }) => health.get(id) ?? others,
    error,
    askAgain: () => {
      alerts.refetch()
      problems.refetch()
    },
  }
}
