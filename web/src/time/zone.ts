/** Time zones by the browser's own database. Instants are milliseconds since 1970. */
import { oneOf } from '../address/query'

export interface Wall {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    clocks.set(zone, clock)
  }
  return clock
}

/** What calendar and clock of the zone show at an instant. */
export function wallAt(at: number, zone: string): Wall {
  const shown: Record<string, number> = {}
  for (const { type, value } of clockOf(zone).formatToParts(at)) shown[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  return { year, month, day, hour, minute, second }
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  const whole = Math.floor(at / 1000) * 1000
  return asUtc(wallAt(whole, zone)) - whole
}

/** The instant at which the zone's clock shows this. Shown twice: the first; skipped: as far after the gap. */
export function instantOf(wall: Wall, zone: string): number {
  const asIf = asUtc(wall)
  const [before, after] = [offsetAt(asIf - 86_400_000, zone), offsetAt(asIf + 86_400_000, zone)]
  const early = asIf - Math.max(before, after)
  if (offsetAt(early, zone) === Math.max(before, after)) return early
  const late = asIf - Math.min(before, after)
  return offsetAt(late, zone) === Math.min(before, after) ? late : asIf - before
}

function asUtc({ year, month, day, hour, minute, second }: Wall): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** `UTC`, `UTC+2`, `UTC+5:30`. */
export function offsetName(at: number, zone: string): string {
  const minutes = Math.round(offsetAt(at, zone) / 60_000)
  if (minutes === 0) return 'UTC'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}

/** The same of several instants, each once: `UTC+1 / UTC+2` of some before and some after a change of the clock. */
export function offsetNames(instants: readonly number[], zone: string): string {
  const names = [...instants].sort((a, b) => a - b).map((at) => offsetName(at, zone))
  return [...new Set(names)].join(' / ')
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

export function isZone(name: string): boolean {
  try {
    clockOf(name)
    return true
  } catch {
    return false
  }
}

/** The zone that an address names, if there is one of that name. */
export function readZone(search: Readonly<Record<string, unknown>>): string | undefined {
  const name = oneOf(search.tz)
  return name !== undefined && isZone(name) ? name : undefined
}

/** Of the zones that an address and this browser's store name, the first that there is; else null. */
export function chosenZone(named: string | undefined, stored: string): string | null {
  return [named, stored].find((zone): zone is string => zone !== undefined && zone !== '' && isZone(zone)) ?? null
}
