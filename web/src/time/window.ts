import { oneOf } from '../address/query'

/** A stretch that is looked at: it moves with the clock, or stands. Instants in milliseconds since 1970. */
export type Window = { last: string } | { from: number; to: number }

export interface Stretch {
  from: number
  to: number
}

/** As it stands in addresses: `last=24h`, or `from=` and `to=` as the API takes them. */
export type WindowSearch = {
  last?: string
  from?: string
  to?: string
}

export const PRESETS = ['15m', '1h', '3h', '6h', '12h', '24h', '2d', '7d', '30d', '90d'] as const
export const DEFAULT_LAST = '24h'

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const NAMES: Readonly<Record<string, string>> = { m: 'minute', h: 'hour', d: 'day' }

/** The milliseconds of `15m`, `24h`, `7d`; null for other text. */
export function lastMs(last: string): number | null {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})([mhd])$/.exec(last) ?? []
  const ms = Number(count) * (UNITS[unit] ?? 0)
  return ms > 0 ? ms : null
}

/** `Last 24 hours`. */
export function lastName(last: string): string {
  const count = Number.parseInt(last, 10)
  const unit = NAMES[last.slice(-1)] ?? ''
  return count === 1 ? `Last ${unit}` : `Last ${count} ${unit}s`
}

const EARLIEST = 0
const LATEST = Date.UTC(9999, 11, 31)

/** What of a stretch lies in years that clocks, fields and the API have: from 1970 to 9999. */
export function withinYears({ from, to }: Stretch): Stretch {
  const held = (at: number) => Math.min(Math.max(at, EARLIEST), LATEST)
  return { from: held(from), to: held(to) }
}

export function windowOf(search: WindowSearch): Window {
  const { from, to } = withinYears({ from: Date.parse(search.from ?? ''), to: Date.parse(search.to ?? '') })
  if (Number.isFinite(from) && Number.isFinite(to) && to > from) return { from, to }
  return { last: search.last && lastMs(search.last) ? search.last : DEFAULT_LAST }
}

/** The address of a window; the default has none. */
export function windowSearch(window: Window): WindowSearch {
  if ('last' in window)
    return { last: window.last === DEFAULT_LAST ? undefined : window.last, from: undefined, to: undefined }
  const { from, to } = withinYears(window)
  return { last: undefined, from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

/** From what an address says, only what means something. */
export function readWindow(search: Readonly<Record<string, unknown>>): WindowSearch {
  return windowSearch(windowOf({ last: oneOf(search.last), from: oneOf(search.from), to: oneOf(search.to) }))
}

/** Where the window is when its reader's clock shows `now`. */
export function stretch(window: Window, now: number): Stretch {
  if ('last' in window) return { from: now - (lastMs(window.last) ?? 86_400_000), to: now }
  return { from: window.from, to: window.to }
}

/** The stretch of this length around an instant. */
export function around(at: number, ms: number): Stretch {
  return { from: at - ms / 2, to: at + ms / 2 }
}
