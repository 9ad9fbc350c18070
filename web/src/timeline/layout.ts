import { type Scale, toX } from '../time/scale'
import { type Crowd, crowd } from './crowd'
import type { Mark } from './mark'

export interface Lane {
  id: string
  marks: readonly Mark[]
}

/** A mark with its place in its lane, in pixels. */
export interface Placed {
  mark: Mark
  x: number
  y: number
  width: number
  isPoint: boolean
}

export interface LaneLayout {
  id: string
  top: number
  height: number
  /** Where what was done ends and what broke begins, from the lane's top. */
  middle: number
  /** In the order of time. Empty where there is a crowd. */
  placed: readonly Placed[]
  /** Counts instead of marks, where there are too many to be told apart. */
  crowd: Crowd | null
}

export const ROW = 20
export const POINT = 16
const PAD = 7
const MOST_ROWS = 4
const FEW = 40 // so many are shown one by one, whatever they cover
const MOST_COVERED = 0.15 // share of the marks that may lie over others before they are counted instead

/** Where every mark of every lane stands. `head`: room above each lane for its name. */
export function layout(lanes: readonly Lane[], scale: Scale, now: number, head = 0): LaneLayout[] {
  let top = 0
  return lanes.map((lane) => {
    const laid = layLane(lane, scale, now, head)
    const at = top
    top += laid.height
    return { ...laid, top: at }
  })
}

function layLane({ id, marks }: Lane, scale: Scale, now: number, head: number): Omit<LaneLayout, 'top'> {
  const seen = marks.filter(({ from, to }) => from <= scale.to && Math.min(to, Math.max(now, from)) >= scale.from)
  const sorted = [...seen].sort((a, b) => a.from - b.from || a.id.localeCompare(b.id))
  const above = pack(
    sorted.filter(({ half }) => half === 'above'),
    scale,
    now,
  )
  const below = pack(
    sorted.filter(({ half }) => half === 'below'),
    scale,
    now,
  )
  if (seen.length > FEW && above.covered + below.covered > seen.length * MOST_COVERED) {
    const middle = head + PAD + ROW
    return { id, height: middle + ROW + PAD, middle, placed: [], crowd: crowd(seen, scale, now) }
  }
  const middle = head + PAD + above.rows * ROW
  const lift = (placed: Placed[], by: number) => placed.map((one) => ({ ...one, y: one.y + by }))
  const placed = [...lift(above.placed, head + PAD), ...lift(below.placed, middle + 2)]
  return {
    id,
    height: middle + below.rows * ROW + PAD + 2,
    middle,
    placed: placed.sort((a, b) => a.mark.from - b.mark.from),
    crowd: null,
  }
}

interface Packed {
  placed: Placed[]
  rows: number
  /** How many found no row without another mark in their place. */
  covered: number
}

/** Rows without overlaps as far as there are rows; then the row that ends first takes it. */
function pack(marks: readonly Mark[], scale: Scale, now: number): Packed {
  const ends: number[] = []
  let covered = 0
  const placed = marks.map((mark) => {
    const box = boxOf(mark, scale, now)
    let row = ends.findIndex((end) => end + 1 <= box.x)
    if (row < 0 && ends.length < MOST_ROWS) row = ends.length
    if (row < 0) {
      covered += 1
      row = ends.indexOf(Math.min(...ends))
    }
    ends[row] = Math.max(ends[row] ?? 0, box.x + box.width)
    return { mark, ...box, y: row * ROW }
  })
  return { placed, rows: Math.max(1, ends.length), covered }
}

/** Left edge and width; a span that would be too short to be seen is a point. */
export function boxOf({ from, to }: Mark, scale: Scale, now: number): { x: number; width: number; isPoint: boolean } {
  const start = toX(scale, from)
  const end = toX(scale, Math.min(to === Number.POSITIVE_INFINITY ? Math.max(now, from) : to, scale.to))
  if (end - start < POINT + 2) return { x: start - POINT / 2, width: POINT, isPoint: true }
  const left = Math.max(start, -4)
  return { x: left, width: end - left, isPoint: false }
}

export function totalHeight(lanes: readonly LaneLayout[]): number {
  const last = lanes.at(-1)
  return last ? last.top + last.height : 0
}

/** The mark at a point, the nearest of several; null where there is none. */
export function hit(lanes: readonly LaneLayout[], x: number, y: number): Placed | null {
  const lane = lanes.find(({ top, height }) => y >= top && y < top + height)
  if (!lane) return null
  const inside = lane.placed.filter(
    (one) => x >= one.x - 1 && x <= one.x + one.width + 1 && y - lane.top >= one.y && y - lane.top < one.y + ROW,
  )
  const off = (one: Placed) => (one.isPoint ? Math.abs(one.x + one.width / 2 - x) : POINT)
  return inside.reduce<Placed | null>((best, one) => (best && off(best) <= off(one) ? best : one), null)
}
