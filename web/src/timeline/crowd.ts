import type { Severity } from '../api/nouns'
import { type Scale, toX } from '../time/scale'
import type { Mark } from './mark'

/** How many of each severity begin in a few pixels. */
export type Bin = Readonly<Record<Severity, number>>

/** Too many marks to be told apart: how many begin where, and how bad they are. */
export interface Crowd {
  binWidth: number
  above: readonly Bin[]
  below: readonly Bin[]
  /** The count of the fullest bin. */
  highest: number
}

const BIN = 6
const NONE: Bin = { critical: 0, error: 0, warning: 0, info: 0 }

export function crowd(marks: readonly Mark[], scale: Scale, now: number): Crowd {
  const bins = Math.max(1, Math.ceil(scale.width / BIN))
  const above = new Array<Bin>(bins).fill(NONE)
  const below = new Array<Bin>(bins).fill(NONE)
  for (const { from, half, severity } of marks) {
    const at = Math.floor(toX(scale, Math.min(Math.max(from, scale.from), now, scale.to)) / BIN)
    const place = Math.min(Math.max(at, 0), bins - 1)
    const side = half === 'above' ? above : below
    const bin = side[place] ?? NONE
    side[place] = { ...bin, [severity]: bin[severity] + 1 }
  }
  return { binWidth: BIN, above, below, highest: Math.max(1, ...above.map(countOf), ...below.map(countOf)) }
}

export function countOf({ critical, error, warning, info }: Bin): number {
  return critical + error + warning + info
}
