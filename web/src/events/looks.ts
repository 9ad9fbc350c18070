import { IconCheck, IconFlame, IconNote, IconRocket, type TablerIcon } from '@tabler/icons-react'
import type { Event, Kind, Severity } from '../api/nouns'

/** The severities, the worst first. */
export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const satisfies readonly Severity[]

export interface SeverityLook {
  label: string
  /** The name of its colours in theme.css. */
  tone: 'info' | 'warning' | 'error' | 'critical'
  /** Its sign in a square from -5 to 5: told apart without colours, too. */
  path: string
}

export const SEVERITY_LOOKS: Readonly<Record<Severity, SeverityLook>> = {
  info: { label: 'info', tone: 'info', path: 'M-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0z' },
  warning: { label: 'warning', tone: 'warning', path: 'M0 -4.9L5 4.2H-5z' },
  error: { label: 'error', tone: 'error', path: 'M0 -5.2L5.2 0L0 5.2L-5.2 0z' },
  critical: { label: 'critical', tone: 'critical', path: 'M-4.4 -4.4H4.4V4.4H-4.4z' },
}

export interface KindLook {
  label: string
  icon: TablerIcon
}

export const KIND_LOOKS: Readonly<Record<Kind, KindLook>> = {
  change: { label: 'change', icon: IconRocket },
  info: { label: 'info', icon: IconNote },
  problem: { label: 'problem', icon: IconFlame },
  recovery: { label: 'recovery', icon: IconCheck },
}

export type Tone = SeverityLook['tone'] | 'change' | 'good'

/** The colour of an event: how bad it is; what is not bad, by what it is. */
export function toneOf({ kind, severity }: Pick<Event, 'kind' | 'severity'>): Tone {
  if (kind === 'recovery') return 'good'
  if (kind === 'change' && severity === 'info') return 'change'
  return SEVERITY_LOOKS[severity].tone
}
