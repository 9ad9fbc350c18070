import type { Alert, Entity, Problem, Severity } from '../api/nouns'
import { SEVERITIES } from '../events/looks'

/** What is wrong with an entity now. */
export interface Condition {
  worst: Severity
  /** Open alerts on it alone. */
  alerts: number
  /** The names of the open problems that affect it. */
  problems: string[]
}

/** How an entity does: what is wrong with it, that nothing is, that it is being asked, or that nobody can say. */
export type Standing = Condition | 'well' | 'asked' | 'unknown'

/** The condition of each entity that has an open alert, or is affected by an open problem. */
export function healthOf(alerts: readonly Alert[], problems: readonly Problem[]): Map<string, Condition> {
  const found = new Map<string, Condition>()
  const note = (id: string, severity: Severity, change: (condition: Condition) => Condition) => {
    const before = found.get(id) ?? { worst: severity, alerts: 0, problems: [] }
    const isWorse = SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(before.worst)
    found.set(id, change({ ...before, worst: isWorse ? severity : before.worst }))
  }
  for (const alert of alerts) {
    if (alert.entity) note(alert.entity, alert.severity, (one) => ({ ...one, alerts: one.alerts + 1 }))
  }
  for (const problem of problems) {
    for (const { id } of problem.affected) {
      note(id, problem.severity, (one) => ({ ...one, problems: [...one.problems, problem.name] }))
    }
  }
  return found
}

/** Order of a list: the troubled first, the worst of them before the others, then by name. */
export function sickFirst(health: ReadonlyMap<string, Condition>) {
  const rank = ({ id }: Entity) =>
    SEVERITIES.indexOf(health.get(id)?.worst ?? 'info') + (health.has(id) ? 0 : SEVERITIES.length)
  return (one: Entity, other: Entity): number =>
    rank(one) - rank(other) || one.name.localeCompare(other.name) || one.cluster.localeCompare(other.cluster)
}
