import type { Alert, Entity, Event, Problem, Severity } from '../api/nouns'
import { SEVERITIES } from '../events/looks'

/** What is wrong with an entity now. */
export interface Condition {
  worst: Severity
  /** Open alerts on it, or on some entities of which it is one. */
  alerts: number
  /** The names of the open problems that affect it. */
  problems: string[]
}

/** How an entity does: what is wrong with it, that nothing is, that it is being asked, or that nobody can say. */
export type Standing = Condition | 'well' | 'asked' | 'unknown'

/** The open alerts of which neither themselves nor their problems say whom they concern. */
export function scattered(alerts: readonly Alert[], problems: readonly Problem[]): Alert[] {
  const telling = new Set(problems.filter(({ affected }) => affected.length > 0).map(({ id }) => id))
  return alerts.filter(({ entity, problem_id }) => !entity && !(problem_id && telling.has(problem_id)))
}

/** The ids of all entities that an event concerns; null: they are more than it tells. */
export function placeOf({ matched, entities }: Pick<Event, 'matched' | 'entities'>): string[] | null {
  if (entities.length > 0) return entities
  if (!matched || matched.count > matched.sample.length) return null
  return matched.sample.map(({ id }) => id)
}

/**
 * The condition of each entity that has an open alert, or is affected by an open problem.
 * `places`: by the id of an alert that names no entity, those that it concerns.
 */
export function healthOf(
  alerts: readonly Alert[],
  problems: readonly Problem[],
  places: ReadonlyMap<string, readonly string[]> = new Map(),
): Map<string, Condition> {
  const found = new Map<string, Condition>()
  const note = (id: string, severity: Severity, change: (condition: Condition) => Condition) => {
    const before = found.get(id) ?? { worst: severity, alerts: 0, problems: [] }
    const isWorse = SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(before.worst)
    found.set(id, change({ ...before, worst: isWorse ? severity : before.worst }))
  }
  for (const alert of alerts) {
    const ids = alert.entity ? [alert.entity] : (places.get(alert.id) ?? [])
    for (const id of ids) note(id, alert.severity, (one) => ({ ...one, alerts: one.alerts + 1 }))
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
