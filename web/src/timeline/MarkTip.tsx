import type { ReactNode } from 'react'
import { SeverityWord } from '../events/Signs'
import { now } from '../time/now'
import { useZone } from '../time/useZone'
import { length, stamp } from '../time/words'
import { type Placed, ROW } from './layout'
import classes from './Timeline.module.css'

const WIDTH = 300

/** What a mark stands for, beside it. */
export function MarkTip({
  placed,
  top,
  left,
  width,
}: {
  placed: Placed
  top: number
  left: number
  width: number
}): ReactNode {
  const { zone } = useZone()
  const { mark, x, y } = placed
  const middle = Math.max(x, 0) + Math.min(placed.width, 200) / 2
  const lasted = Number.isFinite(mark.to) ? mark.to - mark.from : null
  return (
    <div
      className={classes.tip}
      style={{
        left: left + Math.min(Math.max(middle - WIDTH / 2, 4), Math.max(width - WIDTH - 4, 4)),
        top: top + y + ROW + 6,
        width: WIDTH,
      }}
    >
      <strong>{mark.title}</strong>
      <span className={classes.facts}>
        <SeverityWord severity={mark.severity} />
        {mark.event.type}
      </span>
      <span className={classes.facts}>
        {stamp(mark.from, zone, now())}
        {lasted === null ? ' · goes on' : lasted > 0 ? ` · ${length(lasted)}` : ''}
      </span>
    </div>
  )
}
