import { Button } from '@mantine/core'
import { IconFilterOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Empty, Failed, Waiting } from '../shell/States'
import { now } from '../time/now'
import type { Window } from '../time/window'
import { FirstEvent } from './FirstEvent'
import classes from './NoEvents.module.css'
import type { useEvents } from './useEvents'
import { useHistogram } from './useEvents'

interface NoEventsProps {
  list: ReturnType<typeof useEvents>
  isNarrowed: boolean
  window: Window
  /** When was looked. */
  lookedAt: number
  onClear: () => void
  onWiden: () => void
  onArrived: () => void
  onRetry: () => void
}

/** A list without events: it is waited for, it failed, or there are none. */
export function NoEvents({ list, onRetry, ...none }: NoEventsProps): ReactNode {
  if (list.isPending) return <Waiting rows={12} />
  if (!list.data) return <Failed error={list.error} onRetry={onRetry} />
  return <Nothing {...none} />
}

const EVER_MS = 90 * 86_400_000

/** Why: filters, the window, or since nobody sent anything yet. */
function Nothing({
  isNarrowed,
  window,
  lookedAt,
  onClear,
  onWiden,
  onArrived,
}: Omit<NoEventsProps, 'list' | 'onRetry'>): ReactNode {
  const isWide = 'last' in window && window.last.endsWith('d')
  const today = Math.floor(now() / 60_000) * 60_000
  const ever = useHistogram({}, { from: today - EVER_MS, to: today + 60_000 }, 1)
  if (ever.isPending) return <Waiting rows={3} />
  if (ever.data?.buckets.every(({ info, warning, error, critical }) => info + warning + error + critical === 0)) {
    return <FirstEvent since={lookedAt} onArrived={onArrived} />
  }
  return (
    <Empty icon={<IconFilterOff />} title={isNarrowed ? 'Nothing matches' : 'Nothing happened in this time'}>
      <div className={classes.ways}>
        {isNarrowed && (
          <Button variant="default" onClick={onClear}>
            Clear the filters
          </Button>
        )}
        {!isWide && (
          <Button variant="default" onClick={onWiden}>
            Look at the last 30 days
          </Button>
        )}
      </div>
    </Empty>
  )
}
