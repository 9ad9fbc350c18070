import { by, type Metrics, sum } from './metrics'

/** What the counters stood at, at a time; null: not reported. */
export interface Reading {
  at: number
  accepted: number | null
  rejected: number | null
  /** By reason. */
  refusals: ReadonlyMap<string, number> | null
}

export function read(metrics: Metrics, at: number): Reading {
  return {
    at,
    accepted: sum(metrics, 'whence_events_total', { outcome: 'accepted' }),
    rejected: sum(metrics, 'whence_events_total', { outcome: 'rejected' }),
    refusals: by(metrics, 'whence_refusals_total', 'reason'),
  }
}

export interface Rate {
  at: number
  accepted: number
  rejected: number
}

/** Per second between readings. */
export function rates(readings: readonly Reading[]): Rate[] {
  return readings.slice(1).flatMap((now, index) => {
    const before = readings[index]
    if (!before || now.at <= before.at || before.accepted === null || now.accepted === null) return []
    const seconds = (now.at - before.at) / 1000
    return [
      {
        at: now.at,
        accepted: grown(before.accepted, now.accepted) / seconds,
        rejected: grown(before.rejected ?? 0, now.rejected ?? 0) / seconds,
      },
    ]
  })
}

export interface Refused {
  reason: string
  total: number
  /** Over all readings; null: there are not two yet. */
  perMinute: number | null
}

/** What was refused, the most frequent reason first; null: it is not reported. */
export function refusals(readings: readonly Reading[]): Refused[] | null {
  const latest = readings.at(-1)?.refusals
  if (!latest) return null
  const minutes = ((readings.at(-1)?.at ?? 0) - (readings[0]?.at ?? 0)) / 60_000
  return [...latest]
    .filter(([, total]) => total > 0)
    .map(([reason, total]) => ({
      reason,
      total,
      perMinute: minutes > 0 ? added(readings, reason) / minutes : null,
    }))
    .sort((one, other) => other.total - one.total || one.reason.localeCompare(other.reason))
}

function added(readings: readonly Reading[], reason: string): number {
  const counts = readings.map(({ refusals }) => refusals?.get(reason) ?? 0)
  return counts.slice(1).reduce((total, count, index) => total + grown(counts[index] ?? 0, count), 0)
}

/** A counter that fell began again at nought: its process was restarted. */
function grown(before: number, now: number): number {
  return now < before ? now : now - before
}
