import { useElementSize } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Event } from '../api/nouns'
import { useNames } from '../catalogue/useNames'
import { useNow } from '../time/useNow'
import { useZone } from '../time/useZone'
import { ZoneSwitch } from '../time/ZonePicker'
import { EventRow } from './EventRow'
import classes from './EventTable.module.css'
import { NAMED, whereShort } from './where'

interface EventTableProps {
  events: readonly Event[]
  order: 'time' | '-time'
  /** The event that is open; and the one on which the keys are. */
  openId: string | undefined
  activeId: string | undefined
  hoverId?: string | undefined
  hasMore: boolean
  isLoadingMore: boolean
  onMore: () => void
  onOpen: (event: Event) => void
  onHover?: (event: Event | null) => void
  onOrder?: () => void
}

const AHEAD = 150
const WIDE_PX = 880 // for all columns, with a title that can be read
const ROOM_PX = 680 // for those that go into one line

type Room = 'wide' | 'short' | 'two-line'

/** What of an event goes into a list of this width; not measured yet: all. */
function roomOf(width: number): Room {
  if (width === 0 || width >= WIDE_PX) return 'wide'
  return width >= ROOM_PX ? 'short' : 'two-line'
}

/** The events of a list, of which only those in sight are drawn. */
export function EventTable(props: EventTableProps): ReactNode {
  const { events, order, activeId, hasMore, isLoadingMore, onMore } = props
  const { ref: table, width } = useElementSize()
  const room = roomOf(width)
  const { zone } = useZone()
  const now = useNow()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: events.length + (hasMore ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => (room === 'two-line' ? 60 : 40),
    overscan: 12,
  })
  const shown = rows.getVirtualItems()
  const inSight = shown.flatMap(({ index }) => events[index] ?? [])
  const nameOf = useNames(inSight.flatMap(({ scope, entities }) => (scope ? [] : entities.slice(0, NAMED))))
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !isLoadingMore && last >= events.length - AHEAD) onMore()
  }, [hasMore, isLoadingMore, last, events.length, onMore])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height of rows is another place for each
  useEffect(() => {
    rows.measure()
  }, [room])
  const active = events.findIndex(({ id }) => id === activeId)
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when the keys move, and not when rows come in
  useEffect(() => {
    if (active >= 0) rows.scrollToIndex(active, { align: 'auto' })
  }, [activeId])
  return (
    <div
      ref={table}
      className={classes.table}
      role="grid"
      aria-label="Events"
      aria-rowcount={hasMore ? -1 : events.length + 1}
      data-room={room}
    >
      <div className={classes.head} role="row" aria-rowindex={1}>
        <span role="columnheader">Type</span>
        <span role="columnheader">Severity</span>
        <span role="columnheader">Title</span>
        <span
          role="columnheader"
          className={classes.startHead}
          aria-sort={order === 'time' ? 'ascending' : 'descending'}
        >
          {props.onOrder ? (
            <button type="button" className={classes.sort} onClick={props.onOrder}>
              Start {order === 'time' ? '↑' : '↓'}
            </button>
          ) : (
            'Start '
          )}{' '}
          <ZoneSwitch instants={inSight.map(({ time }) => Date.parse(time))} />
        </span>
        <span role="columnheader" className={classes.updated}>
          Last update
        </span>
        <span role="columnheader">Where</span>
        <span role="columnheader" className={classes.source}>
          Source
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <div ref={scroller} className={classes.scroller} role="rowgroup" tabIndex={0} aria-label="Rows">
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {shown.map(({ index, start, size }) => {
            const event = events[index]
            return (
              <EventRow
                key={event?.id ?? 'more'}
                event={event}
                where={event ? whereShort(event, nameOf) : ''}
                row={index + 2}
                top={start}
                height={size}
                isOpen={event !== undefined && event.id === props.openId}
                isActive={event !== undefined && (event.id === activeId || event.id === props.hoverId)}
                zone={zone}
                now={now}
                onOpen={props.onOpen}
                onHover={props.onHover}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}
