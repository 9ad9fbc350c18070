import type { ReactNode } from 'react'
import type { Event, Kind, Severity } from '../api/nouns'
import { KIND_LOOKS, SEVERITY_LOOKS, toneOf } from './looks'
import classes from './Signs.module.css'

/** The sign of a severity, without words. */
export function Sign({ severity, size = 12 }: { severity: Severity; size?: number }): ReactNode {
  const { path, tone } = SEVERITY_LOOKS[severity]
  return (
    <svg className={classes.sign} width={size} height={size} viewBox="-6 -6 12 12" aria-hidden="true">
      <path d={path} fill={`var(--${tone})`} />
    </svg>
  )
}

export function SeverityWord({ severity }: { severity: Severity }): ReactNode {
  return (
    <span className={classes.word} data-tone={SEVERITY_LOOKS[severity].tone}>
      <Sign severity={severity} />
      {SEVERITY_LOOKS[severity].label}
    </span>
  )
}

export function SeverityBadge({ severity }: { severity: Severity }): ReactNode {
  return (
    <span className={classes.badge} data-tone={SEVERITY_LOOKS[severity].tone}>
      <Sign severity={severity} size={11} />
      {SEVERITY_LOOKS[severity].label}
    </span>
  )
}

/** What kind of event it is, tinted by how bad it is. */
export function KindDisc({ event, size = 26 }: { event: Pick<Event, 'kind' | 'severity'>; size?: number }): ReactNode {
  const { icon: Icon, label } = KIND_LOOKS[event.kind]
  return (
    <span className={classes.disc} data-tone={toneOf(event)} style={{ width: size, height: size }} title={label}>
      <Icon size={size * 0.6} stroke={2} aria-hidden="true" />
      <span className="unseen">{label}</span>
    </span>
  )
}

export function KindWord({ kind }: { kind: Kind }): ReactNode {
  return <span className={classes.kind}>{KIND_LOOKS[kind].label}</span>
}
