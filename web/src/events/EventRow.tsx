import { memo, type ReactNode } from 'react'
import type { Event } from '../api/nouns'
import { ago, length, stamp } from '../time/words'
import classes from './EventTable.module.css'
import { KindDisc, SeverityWord } from './Signs'

interface EventRowProps {
  /** None: the row that stands for what is still to come. */
  event: Event | undefined
  /** Whom it concerns, in a few words. */
  where: string
  row: number
  top: number
  height: number
  isOpen: boolean
  isActive: boolean
  zone: string
  now: number
  onOpen: (event: Event) => void
  onHover: ((event: Event | null) => void) | undefined
}

export const EventRow = memo(function EventRow(props: EventRowProps): ReactNode {
  const { event, where, row, top, height, isOpen, isActive, zone, now, onOpen, onHover } = props
  const style = { transform: `translateY(${top}px)`, height }
  if (!event) {
    return (
      <div className={classes.more} role="row" style={style}>
        <span role="gridcell">Loading more…</span>
      </div>
    )
  }
  const at = Date.parse(event.time)
  const lasted = event.end_time ? length(Date.parse(event.end_time) - at) : null
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: j, k and Enter are keys of the whole page
    <div
      className={classes.row}
      role="row"
      tabIndex={-1}
      aria-rowindex={row}
      aria-selected={isOpen}
      data-active={isActive}
      style={style}
      onClick={() => onOpen(event)}
      onPointerEnter={onHover && (() => onHover(event))}
      onPointerLeave={onHover && (() => onHover(null))}
    >
      <span role="gridcell" className={classes.type}>
        <KindDisc event={event} />
        <span className={classes.cut} title={event.type}>
          {event.type}
        </span>
      </span>
      <span role="gridcell" className={classes.severity}>
        <SeverityWord severity={event.severity} />
      </span>
      <span role="gridcell" className={classes.title} title={event.title}>
        <span className={classes.cut}>{event.title}</span>
        {event.status === 'open' && <span className={classes.open}>open</span>}
        {lasted && <span className={classes.lasted}>{lasted}</span>}
        {event.report_count > 1 && <span className={classes.times}>×{event.report_count}</span>}
      </span>
      <span role="gridcell" className={classes.start}>
        {stamp(at, zone, now)}
      </span>
      <span
        role="gridcell"
        className={`${classes.soft} ${classes.updated}`}
        title={stamp(Date.parse(event.updated_at), zone, 0)}
      >
        {ago(Date.parse(event.updated_at), now)}
      </span>
      <span role="gridcell" className={`${classes.soft} ${classes.where}`} title={where}>
        {where}
      </span>
      <span role="gridcell" className={`${classes.soft} ${classes.source}`} title={event.source}>
        {event.source}
      </span>
    </div>
  )
})
