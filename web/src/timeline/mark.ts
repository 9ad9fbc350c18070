import type { Event, Severity } from '../api/nouns'
import { type Tone, toneOf } from '../events/looks'

/** An event as it is drawn. */
export interface Mark {
  id: string
  from: number
  /** Equal to `from`: a moment. Infinite: it goes on. */
  to: number
  /** Above: what was done. Below: what broke. */
  half: 'above' | 'below'
  /** A note is drawn hollow: it neither changed nor broke anything. */
  isNote: boolean
  severity: Severity
  tone: Tone
  title: string
  event: Event
}

export function markOf(event: Event): Mark {
  const from = Date.parse(event.time)
  const isOpen = event.status === 'open' && event.end_time === null
  return {
    id: event.id,
    from,
    to: isOpen ? Number.POSITIVE_INFINITY : event.end_time ? Date.parse(event.end_time) : from,
    half: event.kind === 'problem' || event.kind === 'recovery' ? 'below' : 'above',
    isNote: event.kind === 'info' || event.kind === 'recovery',
    severity: event.severity,
    tone: toneOf(event),
    title: event.title,
    event,
  }
}
