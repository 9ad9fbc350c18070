import { instantOf, wallAt } from './zone'

const two = (n: number) => String(n).padStart(2, '0')

/** An instant as a browser's field for date and time takes it, by the clock of the zone. */
export function toField(at: number, zone: string): string {
  const { year, month, day, hour, minute, second } = wallAt(at, zone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`
}

/** And back; null when nothing whole was typed. */
export function fromField(text: string, zone: string): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(text)
  if (!found) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0))
  return instantOf({ year, month, day, hour, minute, second }, zone)
}

/** The instant of a field that showed `before`: as long as nobody touched it the same, which it need not hold whole. */
export function readField(text: string, zone: string, before: number): number | null {
  return text === toField(before, zone) ? before : fromField(text, zone)
}
