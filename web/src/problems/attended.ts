import type { Alert, Problem } from '../api/nouns'

export function isUnattended(alert: Alert): boolean {
  return alert.state === 'open'
}

/** Whether somebody looks after all alerts of an open problem; of more than a list shows, nobody can tell. */
export function isLookedAfter({
  state,
  alerts,
  alert_count,
}: Pick<Problem, 'state' | 'alerts' | 'alert_count'>): boolean {
  return state === 'open' && alerts.length === alert_count && !alerts.some(isUnattended)
}
