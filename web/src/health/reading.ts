import { type Sample, sum } from './metrics'

/** What the counters stood at, at a time. */
export interface Reading {
  at: number
  accepted: number
  refused: number
  queue: number
}

export function read(samples: readonly Sample[], at: number): Reading {
  return {
    at,
    accepted: sum(samples, 'whence_events_total', { outcome: 'accepted' }),
    refused: sum(samples, 'whence_events_total', { outcome: 'rejected' }),
    queue: sum(samples, 'whence_queue_reports'),
  }
}

export interface Rate {
  at: number
  accepted: number
  refused: number
}

/** Per second between readings. A counter that fell began again at nought: its process was restarted. */
export function rates(readings: readonly Reading[]): Rate[] {
  return readings.slice(1).flatMap((now, index) => {
    const before = readings[index]
    if (!before || now.at <= before.at) return []
    const seconds = (now.at - before.at) / 1000
    const rate = (name: 'accepted' | 'refused') =>
      (now[name] < before[name] ? now[name] : now[name] - before[name]) / seconds
    return [{ at: now.at, accepted: rate('accepted'), refused: rate('refused') }]
  })
}
