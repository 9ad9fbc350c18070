import { Button } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { code } from '../api/code'
import type { Event } from '../api/nouns'
import { useMay } from '../session/useSession'
import { Confirm } from '../shell/Confirm'
import { useRemoveEvent } from './useChangeEvent'

const EditEvent = lazy(code(() => import('./EditEvent').then((edit) => ({ default: edit.EditEvent }))))

/** For whoever may send events: to change one, or to take it away. */
export function EventActions({ event, onRemoved }: { event: Event; onRemoved: () => void }): ReactNode {
  const mayWrite = useMay('events:write')
  const [asked, setAsked] = useState<'edit' | 'remove' | null>(null)
  const remove = useRemoveEvent(event)
  const close = () => setAsked(null)
  if (!mayWrite) return null
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconPencil size={14} />} onClick={() => setAsked('edit')}>
        Edit
      </Button>
      <Button size="xs" variant="default" leftSection={<IconTrash size={14} />} onClick={() => setAsked('remove')}>
        Remove
      </Button>
      {asked === 'edit' && (
        <Suspense>
          <EditEvent event={event} onClose={close} />
        </Suspense>
      )}
      {asked === 'remove' && (
        <Confirm
          title="Remove the event?"
          verb="Remove"
          isPending={remove.isPending}
          error={remove.error}
          onClose={close}
          onConfirm={() => remove.mutate(undefined, { onSuccess: onRemoved })}
        >
          It leaves every timeline{event.alert_id && event.kind === 'problem' ? ', and its alert goes with it' : ''}.
          The audit trail keeps that it was.
        </Confirm>
      )}
    </>
  )
}
