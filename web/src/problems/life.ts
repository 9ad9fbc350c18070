import type { Problem } from '../api/nouns'
import { now } from '../time/now'
import type { Stretch } from '../time/window'

const BEFORE_MS = 45 * 60_000
const MINUTE_MS = 60_000

/** From some time before it opened, when the cause may lie, to its end. */
export function lifeOf(problem: Problem): Stretch {
  const opened = Date.parse(problem.opened_at)
  const end = problem.closed_at ? Date.parse(problem.closed_at) : Date.parse(problem.updated_at)
  const to = problem.closed_at ? Math.min(end + BEFORE_MS / 3, soon()) : soon()
  return { from: opened - Math.max(BEFORE_MS, (end - opened) / 3), to }
}

/** All that its own events can lie in: from the first of its alerts to its end, with a minute on either side. */
export function stretchOf({
  opened_at,
  closed_at,
  alerts,
}: Pick<Problem, 'opened_at' | 'closed_at' | 'alerts'>): Stretch {
  const from = Math.min(...[opened_at, ...alerts.map((alert) => alert.opened_at)].map(Date.parse))
  return { from: from - MINUTE_MS, to: closed_at ? Date.parse(closed_at) + MINUTE_MS : soon() }
}

function soon(): number {
  return Math.ceil(now() / MINUTE_MS) * MINUTE_MS
}
