import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog } from '../shell/Dialog'
import { Failed } from '../shell/States'
import { useDeleteAccount } from './useAccounts'

/** Asks for the account's name before everything in it is removed. */
export function DeleteAccount({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  const [typed, setTyped] = useState('')
  const remove = useDeleteAccount()
  const isMeant = typed.trim() === name
  return (
    <Dialog onClose={onClose} title={`Delete ${name}?`}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (isMeant) remove.mutate(name, { onSuccess: onClose })
        }}
      >
        <Stack>
          <Text size="sm">
            Its tokens and webhooks open nothing from then on, on every node, and its events, services and problems are
            removed for good. Only a backup brings them back.
          </Text>
          <TextInput
            label="Its name"
            description="Once more, to be sure"
            data-autofocus
            required
            autoComplete="off"
            value={typed}
            onChange={(e) => setTyped(e.currentTarget.value)}
          />
          {remove.error && <Failed error={remove.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red.8" loading={remove.isPending} disabled={!isMeant}>
              Delete it
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
