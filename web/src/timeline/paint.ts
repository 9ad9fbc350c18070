import { SEVERITIES, SEVERITY_LOOKS, type Tone } from '../events/looks'
import { type Scale, toX } from '../time/scale'
import type { Colours } from './colours'
import { type Bin, type Crowd, countOf } from './crowd'
import { type LaneLayout, type Placed, POINT, ROW } from './layout'

export interface Picture {
  lanes: readonly LaneLayout[]
  scale: Scale
  height: number
  ticks: readonly number[]
  now: number
  colours: Colours
  font: string
  /** The part that is in sight, from the top. */
  view: { top: number; bottom: number }
}

/** What is drawn over the picture, and changes with the pointer. */
export interface Overlay {
  pointer: number | null
  band: { from: number; to: number } | null
  /** The ids of marks that are pointed at or open. */
  lit: ReadonlySet<string>
}

const SIGNS = new Map(Object.values(SEVERITY_LOOKS).map(({ tone, path }) => [tone as string, path]))
const paths = new Map<string, Path2D>()

/** Draws all marks; what is out of sight costs nothing. */
export function paint(canvas: CanvasRenderingContext2D, picture: Picture): void {
  const { scale, height, lanes, colours, ticks, view } = picture
  canvas.clearRect(0, 0, scale.width, height)
  canvas.lineWidth = 1
  for (const tick of ticks) line(canvas, Math.round(toX(scale, tick)) + 0.5, 0, height, colours.line)
  for (const lane of lanes) {
    if (lane.top > view.bottom || lane.top + lane.height < view.top) continue
    paintLane(canvas, lane, picture)
  }
  if (picture.now > scale.from && picture.now < scale.to) {
    line(canvas, Math.round(toX(scale, picture.now)) + 0.5, 0, height, colours.accent)
  }
}

/** Draws the few marks that are lit, the line under the pointer and the stretch that is dragged over. */
export function paintOver(canvas: CanvasRenderingContext2D, picture: Picture, { pointer, band, lit }: Overlay): void {
  const { scale, height, lanes, colours } = picture
  canvas.clearRect(0, 0, scale.width, height)
  canvas.lineWidth = 1
  if (lit.size > 0) {
    for (const lane of lanes) {
      for (const one of lane.placed) if (lit.has(one.mark.id)) paintMark(canvas, one, lane.top, picture, true)
    }
  }
  if (band) {
    const [left, right] = [toX(scale, band.from), toX(scale, band.to)]
    canvas.globalAlpha = 0.14
    canvas.fillStyle = colours.accent
    canvas.fillRect(left, 0, right - left, height)
    canvas.globalAlpha = 1
    line(canvas, left, 0, height, colours.accent)
    line(canvas, right, 0, height, colours.accent)
  } else if (pointer !== null) {
    line(canvas, Math.round(pointer) + 0.5, 0, height, colours.faint)
  }
}

function paintLane(canvas: CanvasRenderingContext2D, lane: LaneLayout, picture: Picture): void {
  const { scale, colours } = picture
  canvas.fillStyle = colours.line
  canvas.fillRect(0, lane.top + lane.height - 1, scale.width, 1)
  canvas.save()
  canvas.setLineDash([2, 4])
  canvas.strokeStyle = colours.line
  canvas.beginPath()
  canvas.moveTo(0, lane.top + lane.middle + 0.5)
  canvas.lineTo(scale.width, lane.top + lane.middle + 0.5)
  canvas.stroke()
  canvas.restore()
  if (lane.crowd) paintCrowd(canvas, lane, lane.crowd, colours)
  for (const one of lane.placed) paintMark(canvas, one, lane.top, picture, false)
}

/** Counts as bars from the middle away, what is worst next to it. */
function paintCrowd(canvas: CanvasRenderingContext2D, lane: LaneLayout, crowd: Crowd, colours: Colours): void {
  const bars = (bins: readonly Bin[], base: number, direction: 1 | -1, plain: Tone) => {
    bins.forEach((bin, at) => {
      const count = countOf(bin)
      const whole = count === 0 ? 0 : Math.max(3, Math.sqrt(count / crowd.highest) * (ROW - 2))
      let from = base
      for (const severity of SEVERITIES) {
        const height = (bin[severity] / Math.max(1, count)) * whole
        canvas.fillStyle = colours.tone[severity === 'info' ? plain : SEVERITY_LOOKS[severity].tone]
        canvas.fillRect(at * crowd.binWidth, direction > 0 ? from : from - height, crowd.binWidth - 1, height)
        from += direction * height
      }
    })
  }
  bars(crowd.above, lane.top + lane.middle - 1, -1, 'change')
  bars(crowd.below, lane.top + lane.middle + 2, 1, 'info')
}

function paintMark(canvas: CanvasRenderingContext2D, one: Placed, top: number, picture: Picture, isLit: boolean): void {
  const { colours } = picture
  const tone = colours.tone[one.mark.tone]
  const y = top + one.y + 1
  const height = ROW - 3
  const middle = y + height / 2
  if (isLit) {
    canvas.fillStyle = colours.accent
    canvas.globalAlpha = 0.22
    box(canvas, one.x - 4, y - 3, one.width + 8, height + 6, 7)
    canvas.fill()
    canvas.globalAlpha = 1
  }
  if (one.isPoint) {
    sign(canvas, one, one.x + POINT / 2, middle, 1.25, tone, colours.surface)
    return
  }
  canvas.fillStyle = colours.wash[one.mark.tone]
  box(canvas, one.x, y, one.width, height, 4)
  canvas.fill()
  canvas.strokeStyle = tone
  canvas.stroke()
  canvas.fillStyle = tone
  if (one.mark.from >= picture.scale.from) canvas.fillRect(one.x, y, 3, height)
  sign(canvas, one, Math.max(one.x, 0) + 13, middle, 0.85, tone, colours.wash[one.mark.tone])
  words(canvas, one, middle, picture)
}

function words(canvas: CanvasRenderingContext2D, one: Placed, middle: number, { colours, font }: Picture): void {
  const left = Math.max(one.x, 0) + 23
  const room = one.x + one.width - left - 6
  if (room < 26) return
  canvas.font = font
  canvas.fillStyle = colours.ink
  canvas.textBaseline = 'middle'
  canvas.textAlign = 'left'
  canvas.fillText(fitted(canvas, one.mark.title, room), left, middle + 0.5)
}

/** As much of the text as there is room for. */
function fitted(canvas: CanvasRenderingContext2D, text: string, room: number): string {
  if (canvas.measureText(text).width <= room) return text
  let [fits, not] = [0, Math.min(text.length, Math.ceil(room / 3))]
  while (not - fits > 1) {
    const middle = (fits + not) >> 1
    if (canvas.measureText(`${text.slice(0, middle)}…`).width <= room) fits = middle
    else not = middle
  }
  return fits > 2 ? `${text.slice(0, fits)}…` : ''
}

function sign(
  canvas: CanvasRenderingContext2D,
  { mark }: Placed,
  x: number,
  y: number,
  size: number,
  tone: string,
  ground: string,
): void {
  const text = SIGNS.get(SEVERITY_LOOKS[mark.severity].tone) ?? ''
  const path = paths.get(text) ?? new Path2D(text)
  paths.set(text, path)
  canvas.save()
  canvas.translate(x, y)
  canvas.scale(size, size)
  canvas.lineWidth = 1.8
  canvas.fillStyle = mark.isNote ? ground : tone
  canvas.strokeStyle = mark.isNote ? tone : ground
  canvas.stroke(path)
  canvas.fill(path)
  if (mark.isNote) canvas.stroke(path)
  canvas.restore()
}

function line(canvas: CanvasRenderingContext2D, x: number, from: number, to: number, colour: string): void {
  canvas.strokeStyle = colour
  canvas.beginPath()
  canvas.moveTo(x, from)
  canvas.lineTo(x, to)
  canvas.stroke()
}

function box(
  canvas: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): void {
  canvas.beginPath()
  canvas.roundRect(x, y, width, height, radius)
}
