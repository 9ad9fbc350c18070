import { useElementSize } from '@mantine/hooks'
import { type PointerEvent, type ReactNode, useState } from 'react'
import type { Histogram as Counts } from '../api/nouns'
import { dragged, type Scale, toTime, toX } from '../time/scale'
import { ticks } from '../time/ticks'
import { useZone } from '../time/useZone'
import type { Stretch } from '../time/window'
import { stamp, tickLabel } from '../time/words'
import classes from './Histogram.module.css'
import { SEVERITIES, SEVERITY_LOOKS } from './looks'
import { Sign } from './Signs'
import { type Bar, bars, ceiling } from './stack'

interface HistogramProps {
  counts: Counts
  stretch: Stretch
  height?: number
  isStale: boolean
  onZoom: (stretch: Stretch) => void
}

const AXIS = 20

/** How many events when, stacked by severity; dragging over a stretch makes it the window. */
export function Histogram({ counts, stretch, height = 92, isStale, onZoom }: HistogramProps): ReactNode {
  const { ref, width } = useElementSize()
  const { zone } = useZone()
  const [pointer, setPointer] = useState<number | null>(null)
  const [anchor, setAnchor] = useState<number | null>(null)
  const scale: Scale = { ...stretch, width }
  const drawn = width > 0 ? bars(counts, scale, height) : []
  const at = ticks(stretch.from, stretch.to, Math.max(2, Math.floor(width / 90)), zone)
  const step = (at[1] ?? stretch.to) - (at[0] ?? stretch.from)
  const band = anchor !== null && pointer !== null ? dragged(scale, anchor, pointer) : null
  const over = pointer === null || band ? undefined : drawn.find((bar) => covers(bar, pointer))
  const total = drawn.reduce((sum, bar) => sum + bar.total, 0)
  const xOf = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left

  return (
    <div ref={ref} className={classes.histogram} data-stale={isStale}>
      <svg
        width={width}
        height={height + AXIS}
        role="img"
        aria-label={`${total} events from ${stamp(stretch.from, zone, 0)} to ${stamp(stretch.to, zone, 0)}, by time and severity`}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setAnchor(xOf(event))
          setPointer(xOf(event))
        }}
        onPointerMove={(event) => setPointer(xOf(event))}
        onPointerLeave={() => anchor === null && setPointer(null)}
        onPointerCancel={() => setAnchor(null)}
        onPointerUp={(event) => {
          const chosen = anchor === null ? null : dragged(scale, anchor, xOf(event))
          setAnchor(null)
          if (chosen) onZoom(chosen)
        }}
      >
        <line x1={0} x2={width} y1={0.5} y2={0.5} className={classes.guide} />
        <line x1={0} x2={width} y1={height / 2} y2={height / 2} className={classes.guide} />
        {at.map((tick) => (
          <g key={tick} transform={`translate(${toX(scale, tick)} 0)`}>
            <line y1={0} y2={height + 4} className={classes.guide} />
            {toX(scale, tick) > 18 && toX(scale, tick) < width - 18 && (
              <text y={height + 15} className={classes.label} textAnchor="middle">
                {tickLabel(tick, zone, step)}
              </text>
            )}
          </g>
        ))}
        {over && <rect x={over.x - 1} y={0} width={over.width + 2} height={height} className={classes.over} />}
        {drawn.map((bar) =>
          bar.blocks.map(({ severity, y, height: length }) => (
            <rect
              key={`${bar.at}-${severity}`}
              x={bar.x}
              y={y}
              width={bar.width}
              height={length}
              fill={`var(--${SEVERITY_LOOKS[severity].tone})`}
            />
          )),
        )}
        <line x1={0} x2={width} y1={height + 0.5} y2={height + 0.5} className={classes.ground} />
        {band && (
          <rect
            x={toX(scale, band.from)}
            y={0}
            width={toX(scale, band.to) - toX(scale, band.from)}
            height={height}
            className={classes.band}
          />
        )}
        <text x={width - 2} y={12} className={`${classes.label} ${classes.highest}`} textAnchor="end">
          {ceiling(counts)}
        </text>
      </svg>
      {over && over.total > 0 && (
        <div className={classes.tip} style={{ left: Math.min(Math.max(over.x + over.width / 2, 100), width - 100) }}>
          <strong>{stamp(over.at, zone, stretch.to)}</strong>
          {SEVERITIES.filter((severity) => over.bucket[severity] > 0).map((severity) => (
            <span key={severity} className={classes.row}>
              <Sign severity={severity} size={10} />
              {severity}
              <b>{over.bucket[severity]}</b>
            </span>
          ))}
        </div>
      )}
      {band && (
        <div className={classes.tip} style={{ left: Math.min(Math.max(pointer ?? 0, 140), width - 140) }}>
          {stamp(toTime(scale, toX(scale, band.from)), zone, stretch.to)} – {stamp(band.to, zone, stretch.to)}
        </div>
      )}
    </div>
  )
}

function covers(bar: Bar, x: number): boolean {
  return x >= bar.x - 1 && x <= bar.x + bar.width + 1
}
