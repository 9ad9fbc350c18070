import { ActionIcon, Tooltip } from '@mantine/core'
import { IconLink, IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Event } from '../api/nouns'
import { CopyLink } from '../links/CopyLink'
import { useMay } from '../session/useSession'
import { Failed, Waiting } from '../shell/States'
import { EventDetails } from './EventDetails'
import classes from './EventDrawer.module.css'
import { useEvent } from './useEvents'

interface EventDrawerProps {
  id: string | undefined
  /** The event as a list showed it. */
  listed?: Event
  /** What a link to it says of the page behind it, so that this stands still: where a window is that moves. */
  pinned?: Readonly<Record<string, unknown>>
  onOpen: (id: string) => void
  onClose: () => void
}

/** One event beside the page that it was opened on; the page stays in use. Nothing for who may not read events. */
export function EventDrawer({ id, ...rest }: EventDrawerProps): ReactNode {
  const mayRead = useMay('events:read')
  if (!id || !mayRead) return null
  return <Open id={id} {...rest} />
}

function Open({ id, listed, pinned, onOpen, onClose }: EventDrawerProps & { id: string }): ReactNode {
  const event = useEvent(id, listed)
  const drawer = useRef<HTMLElement>(null)
  const body = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const before = document.activeElement
    drawer.current?.focus({ preventScroll: true })
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another event is read from its beginning
  useEffect(() => {
    body.current?.scrollTo(0, 0)
  }, [id])
  return (
    <aside
      className={classes.drawer}
      ref={drawer}
      tabIndex={-1}
      aria-label={event.data ? `Event: ${event.data.title}` : 'Event'}
    >
      <div className={classes.bar}>
        <span className={classes.what}>Event</span>
        <CopyLink icon={<IconLink size={17} />} search={{ ...pinned, event: id }} />
        <Tooltip label="Close (Esc)">
          <ActionIcon variant="subtle" color="gray" aria-label="Close the event" onClick={onClose}>
            <IconX size={18} />
          </ActionIcon>
        </Tooltip>
      </div>
      <div ref={body} className={classes.body} tabIndex={-1}>
        {event.data ? (
          <EventDetails event={event.data} onOpen={onOpen} onRemoved={onClose} />
        ) : event.isPending ? (
          <Waiting rows={10} />
        ) : (
          <Failed error={event.error} onRetry={() => event.refetch()} />
        )}
      </div>
    </aside>
  )
}
