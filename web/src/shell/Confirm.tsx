import { Button, Group, Modal, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Failed } from './States'

interface ConfirmProps {
  title: string
  verb: string
  children: ReactNode
  isPending: boolean
  error: Error | null
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, verb, children, isPending, error, onConfirm, onClose }: ConfirmProps): ReactNode {
  return (
    <Modal opened onClose={onClose} closeOnClickOutside title={title} closeButtonProps={{ 'aria-label': 'Cancel' }}>
      <Text size="sm">{children}</Text>
      {error && <Failed error={error} />}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red.8" loading={isPending} onClick={onConfirm}>
          {verb}
        </Button>
      </Group>
    </Modal>
  )
}
