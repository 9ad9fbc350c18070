import { wallAt } from './zone'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const two = (n: number) => String(n).padStart(2, '0')

/** `13:05:22` */
export function clock(at: number, zone: string): string {
  const { hour, minute, second } = wallAt(at, zone)
  return `${two(hour)}:${two(minute)}:${two(second)}`
}

/** `29 Nov` */
export function day(at: number, zone: string): string {
  const wall = wallAt(at, zone)
  return `${wall.day} ${MONTHS[wall.month - 1]}`
}

/** `29 Nov 13:05:22`; the year only when it is not that of `now`. */
export function stamp(at: number, zone: string, now: number): string {
  const { year } = wallAt(at, zone)
  const years = year === wallAt(now, zone).year ? '' : ` ${year}`
  return `${day(at, zone)}${years} ${clock(at, zone)}`
}

/** `29 Nov 13:05 → 13:20`, `29 Nov 13:05 → 30 Nov 09:00`: the day of the end only when it is another. */
export function reach(from: number, to: number, zone: string, now: number): string {
  const short = (at: number) => stamp(at, zone, now).replace(/:00$/, '')
  const isOneDay = day(from, zone) === day(to, zone) && wallAt(from, zone).year === wallAt(to, zone).year
  return `${short(from)} → ${isOneDay ? clock(to, zone).replace(/:00$/, '') : short(to)}`
}

/** `29 Nov 2026, 13:05:22.340` */
export function exact(at: number, zone: string): string {
  const millis = ((at % SECOND) + SECOND) % SECOND
  return `${day(at, zone)} ${wallAt(at, zone).year}, ${clock(at, zone)}.${String(millis).padStart(3, '0')}`
}

/** What stands at a tick: the day at midnight, else the time; seconds when the steps are short. */
export function tickLabel(at: number, zone: string, step: number): string {
  const { hour, minute, second, year, month } = wallAt(at, zone)
  if (step >= 28 * DAY) return `${MONTHS[month - 1]} ${year}`
  if (step >= DAY || hour + minute + second === 0) return day(at, zone)
  return step < MINUTE ? clock(at, zone) : `${two(hour)}:${two(minute)}`
}

/** `2d 4h`, `4h 10m`, `3m 20s`, `12s`, `340ms`: its two largest units. */
export function length(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))}ms`
  const units = [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
  ] as const
  const first = units.findIndex(([, unit]) => ms >= unit)
  const [name, unit] = units[first] ?? ['s', SECOND]
  const next = units[first + 1]
  const rest = next ? Math.floor((ms % unit) / next[1]) : 0
  return `${Math.floor(ms / unit)}${name}${next && rest > 0 ? ` ${rest}${next[0]}` : ''}`
}

/** `3m ago`, `in 2h`, `now`. */
export function ago(at: number, now: number): string {
  const distance = now - at
  if (Math.abs(distance) < 10 * SECOND) return 'now'
  const [largest = ''] = length(Math.abs(distance)).split(' ')
  return distance > 0 ? `${largest} ago` : `in ${largest}`
}
