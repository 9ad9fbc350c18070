import { useElementSize, useMediaQuery } from '@mantine/hooks'
import { type KeyboardEvent, type PointerEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import { dragged, type Scale, toTime, toX, zoomed } from '../time/scale'
import { useNow } from '../time/useNow'
import { useZone } from '../time/useZone'
import type { Stretch } from '../time/window'
import { stamp, tickLabel } from '../time/words'
import { hit, type Lane, type LaneLayout, layout, type Placed, totalHeight } from './layout'
import { MarkTip } from './MarkTip'
import type { Mark } from './mark'
import classes from './Timeline.module.css'
import { axisTicks, usePicture } from './usePicture'

export interface TimelineProps {
  /** The same array as long as nothing in it changed: laying out and drawing begin anew with another. */
  lanes: readonly Lane[]
  label: (laneId: string) => ReactNode
  stretch: Stretch
  /** Marks that are lit from outside: of the row that is pointed at, and of the open event. */
  hoverId?: string | null
  /** The lanes are of another stretch; those of this one are on their way. */
  isStale?: boolean
  openId?: string | undefined
  onHover?: (mark: Mark | null) => void
  onOpen: (mark: Mark) => void
  onZoom: (stretch: Stretch) => void
}

interface Point {
  x: number
  y: number
}

const LABELS = 172
const HEAD = 24

/** Lanes under one axis of time; what was done above what broke. Dragging over a stretch zooms into it. */
export function Timeline(props: TimelineProps): ReactNode {
  const { lanes, stretch, hoverId, openId, onHover, onOpen, onZoom } = props
  const { zone } = useZone()
  const now = useNow()
  const isNarrow = useMediaQuery('(max-width: 768px)') ?? false
  const { ref: frame, width: whole } = useElementSize()
  const scroller = useRef<HTMLDivElement>(null)
  const [pointer, setPointer] = useState<Point | null>(null)
  const [anchor, setAnchor] = useState<number | null>(null)
  const [stepped, setStepped] = useState<string | null>(null)
  const [scrolled, setScrolled] = useState(0)

  const [left, head] = isNarrow ? [0, HEAD] : [LABELS, 0]
  const width = Math.max(0, whole - left)
  const { from, to } = stretch
  const scale: Scale = useMemo(() => ({ from, to, width }), [from, to, width])
  const laid = useMemo(() => layout(lanes, scale, now, head), [lanes, scale, now, head])
  const height = totalHeight(laid)
  const over = pointer && anchor === null ? hit(laid, pointer.x, pointer.y) : null
  const shown = over ?? placedOf(laid, stepped)
  const band = anchor !== null && pointer ? dragged(scale, anchor, pointer.x) : null
  const lit = new Set([hoverId, openId, shown?.mark.id].filter((id) => id !== null && id !== undefined))
  const sight = scroller.current?.clientHeight ?? 520
  const canvases = usePicture(
    { lanes: laid, scale, height, now, zone, scrolled, sight },
    { pointer: pointer?.x ?? null, band, lit },
  )

  const point = (next: Point | null) => {
    setPointer(next)
    if (next) setStepped(null)
    const found = next && anchor === null ? hit(laid, next.x, next.y) : null
    if (found?.mark.id !== over?.mark.id) onHover?.(found?.mark ?? null)
  }
  const release = (end: Point) => {
    const chosen = anchor === null ? null : dragged(scale, anchor, end.x)
    const found = hit(laid, end.x, end.y)
    setAnchor(null)
    if (chosen) onZoom(chosen)
    else if (found) onOpen(found.mark)
  }
  const step = (mark: Mark | null) => {
    if (!mark) return
    setStepped(mark.id)
    onHover?.(mark)
  }
  const centre = placedOf(laid, stepped)?.mark.from ?? (from + to) / 2
  const acts: Readonly<Record<string, () => void>> = {
    ArrowRight: () => step(neighbour(laid, stepped, 1)),
    ArrowLeft: () => step(neighbour(laid, stepped, -1)),
    Enter: () => shown && onOpen(shown.mark),
    '+': () => onZoom(zoomed(from, to, centre, 0.5)),
    '-': () => onZoom(zoomed(from, to, centre, 2)),
  }
  const onKeyDown = (pressed: KeyboardEvent) => {
    const act = acts[pressed.key]
    if (!act) return
    pressed.preventDefault()
    pressed.stopPropagation()
    act()
  }

  return (
    <div ref={frame} className={classes.timeline} data-stale={props.isStale}>
      <Axis scale={scale} zone={zone} left={left} />
      <div ref={scroller} className={classes.scroller} onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}>
        <div className={classes.lanes} style={{ height }}>
          {laid.map(({ id, top, height: tall, crowd }) => (
            <div
              key={id}
              className={classes.label}
              style={{ top, height: isNarrow ? HEAD : tall, width: isNarrow ? '100%' : LABELS }}
            >
              {props.label(id)}
              {crowd && <span className={classes.crowded}>counts; zoom in</span>}
            </div>
          ))}
          <canvas ref={canvases.below} className={classes.picture} style={{ left, width, height }} />
          <canvas
            ref={canvases.above}
            className={classes.canvas}
            style={{ left, width, height }}
            role="img"
            tabIndex={0}
            aria-label={`Timeline of ${lanes.length} ${lanes.length === 1 ? 'lane' : 'lanes'} from ${stamp(from, zone, 0)} to ${stamp(to, zone, 0)}. Arrow keys walk its marks, Enter opens one, plus and minus zoom.`}
            onPointerDown={(event) => {
              if (event.button !== 0) return
              if (event.pointerType === 'mouse') event.currentTarget.setPointerCapture(event.pointerId)
              setAnchor(pointOf(event).x)
            }}
            onPointerMove={(event) => point(pointOf(event))}
            onPointerLeave={() => anchor === null && point(null)}
            onPointerCancel={() => {
              setAnchor(null)
              point(null)
            }}
            onPointerUp={(event) => release(pointOf(event))}
            onKeyDown={onKeyDown}
            data-over={over !== null}
          />
          {shown && <MarkTip placed={shown} top={topOf(laid, shown)} left={left} width={width} />}
        </div>
      </div>
      <div className={classes.foot} style={{ paddingLeft: left || undefined }}>
        {footnote(band, pointer && toTime(scale, pointer.x), zone)}
      </div>
      <span className="unseen" role="status">
        {stepped && shown ? `${stamp(shown.mark.from, zone, now)}: ${shown.mark.severity} ${shown.mark.title}` : ''}
      </span>
    </div>
  )
}

function Axis({ scale, zone, left }: { scale: Scale; zone: string; left: number }): ReactNode {
  const at = axisTicks(scale, zone)
  const step = (at[1] ?? scale.to) - (at[0] ?? scale.from)
  const inside = at.map((tick) => ({ tick, x: toX(scale, tick) })).filter(({ x }) => x > 20 && x < scale.width - 20)
  return (
    <div className={classes.axis} style={{ marginLeft: left }} aria-hidden="true">
      {inside.map(({ tick, x }) => (
        <span key={tick} style={{ left: x }}>
          {tickLabel(tick, zone, step)}
        </span>
      ))}
    </div>
  )
}

function footnote(band: Stretch | null, at: number | null, zone: string): string {
  if (band) return `${stamp(band.from, zone, band.to)} – ${stamp(band.to, zone, band.to)}`
  if (at !== null) return stamp(at, zone, at)
  return 'Drag over a stretch to zoom in. Changes stand above the dotted line, what broke below it.'
}

function pointOf(event: PointerEvent<Element>): Point {
  const box = event.currentTarget.getBoundingClientRect()
  return { x: event.clientX - box.left, y: event.clientY - box.top }
}

function placedOf(laid: readonly LaneLayout[], id: string | null): Placed | null {
  if (id === null) return null
  return laid.flatMap(({ placed }) => placed).find(({ mark }) => mark.id === id) ?? null
}

/** The mark before or after one, lane by lane; from none, the first or the last. */
function neighbour(laid: readonly LaneLayout[], id: string | null, by: 1 | -1): Mark | null {
  const marks = laid.flatMap(({ placed }) => placed)
  const here = marks.findIndex(({ mark }) => mark.id === id)
  const next = here < 0 ? marks.at(by > 0 ? 0 : -1) : (marks[here + by] ?? marks[here])
  return next?.mark ?? null
}

function topOf(laid: readonly LaneLayout[], shown: Placed): number {
  return laid.find(({ placed }) => placed.includes(shown))?.top ?? 0
}
