import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog } from './Dialog'
import { Failed } from './States'

interface ConfirmProps {
  title: string
  verb: string
  children: ReactNode
  isPending: boolean
  /** Why it did not work; what there was when the dialog opened is of one before, about something else. */
  error: Error | null
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, verb, children, isPending, error, onConfirm, onClose }: ConfirmProps): ReactNode {
  const [before] = useState(error)
  return (
    <Dialog onClose={onClose} closeOnClickOutside title={title}>
      <Text size="sm">{children}</Text>
      {error && error !== before && <Failed error={error} />}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red.8" loading={isPending} onClick={onConfirm}>
          {verb}
        </Button>
      </Group>
    </Dialog>
  )
}
