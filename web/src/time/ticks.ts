import { instantOf, offsetAt, wallAt } from './zone'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 364].map((n) => n * DAY),
] as const

/** The shortest round step that cuts a stretch into no more than `most` parts. */
export function stepOf(length: number, most: number): number {
  return STEPS.find((step) => length / step <= most) ?? Math.ceil(length / most / DAY) * DAY
}

/** Instants inside [from, to] at which the zone's clock is round; days begin at the zone's midnight. */
export function ticks(from: number, to: number, most: number, zone: string): number[] {
  if (!(to > from) || most < 1) return []
  const step = stepOf(to - from, most)
  return step >= DAY ? midnights(from, to, step / DAY, zone) : rounds(from, to, step, zone)
}

function rounds(from: number, to: number, step: number, zone: string): number[] {
  const found: number[] = []
  const offset = offsetAt(from, zone)
  let wall = Math.ceil((from + offset) / step) * step
  for (;;) {
    const at = fromWall(wall, zone)
    if (at > to) return found
    const last = found.at(-1)
    if (at >= from && (last === undefined || at > last)) found.push(at)
    wall += step
  }
}

function midnights(from: number, to: number, days: number, zone: string): number[] {
  const found: number[] = []
  const first = wallAt(from, zone)
  const dayOf = Math.floor(Date.UTC(first.year, first.month - 1, first.day) / DAY)
  for (let day = Math.floor(dayOf / days) * days; ; day += days) {
    const at = fromWall(day * DAY, zone)
    if (at > to) return found
    if (at >= from) found.push(at)
  }
}

function fromWall(wall: number, zone: string): number {
  return instantOf(wallAt(wall, 'UTC'), zone)
}
