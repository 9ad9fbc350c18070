import type { Problem, Severity } from '../api/nouns'
import { SEVERITIES } from '../events/looks'
import type { Lane } from '../timeline/layout'

/**
 * The worst that a problem did to each entity: as its alerts say, and where they name none, its events.
 * An entity that it affects, and of which neither tells, is as bad as the problem.
 */
export function worstOf(
  { id, severity, affected, alerts }: Pick<Problem, 'id' | 'severity' | 'affected' | 'alerts'>,
  lanes: readonly Lane[],
): Map<string, Severity> {
  const told: (readonly [string, Severity])[] = [
    ...alerts.flatMap((alert) => (alert.entity ? [[alert.entity, alert.severity] as const] : [])),
    ...lanes.flatMap((lane) =>
      lane.marks.filter(({ event }) => event.problem_id === id).map((mark) => [lane.id, mark.severity] as const),
    ),
  ]
  const worst = new Map<string, Severity>()
  for (const [entity, one] of told) worst.set(entity, worse(worst.get(entity) ?? one, one))
  for (const { id: entity } of affected) if (!worst.has(entity)) worst.set(entity, severity)
  return worst
}

function worse(one: Severity, other: Severity): Severity {
  return SEVERITIES.indexOf(one) < SEVERITIES.indexOf(other) ? one : other
}
