import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useSession } from '../session/useSession'
import { Dialog } from '../shell/Dialog'
import { Page, Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { LongCell, Rows } from '../shell/Rows'
import { Failed, Waiting } from '../shell/States'
import { Instant } from '../time/Instant'
import { NewToken } from '../tokens/NewToken'
import { DeleteAccount } from './DeleteAccount'
import { useAccounts, useMakeAccount } from './useAccounts'

const OWN = 'default' // the installation's own account, which is there as long as that is

/** The accounts of the installation, none of which sees anything of another. */
export function AccountsPage(): ReactNode {
  const { token } = useSession()
  const refused = token.bootstrap ? null : 'Only the token of the first start makes accounts'
  const [isMaking, making] = useDisclosure(false)
  return (
    <Page
      title="Accounts"
      lead="Each with events, services and tokens of its own"
      actions={
        <RefusedButton refused={refused} leftSection={<IconPlus size={16} />} onClick={making.open}>
          Make an account
        </RefusedButton>
      }
    >
      <Panel flush>{refused ? <Text p="md">{refused}.</Text> : <Listed />}</Panel>
      {isMaking && <NewAccount onClose={making.close} />}
    </Page>
  )
}

function Listed(): ReactNode {
  const accounts = useAccounts()
  const [opened, setOpened] = useState<string | null>(null)
  const [leaving, setLeaving] = useState<string | null>(null)
  if (accounts.isPending) return <Waiting />
  if (!accounts.data) return <Failed error={accounts.error} onRetry={() => accounts.refetch()} />
  return (
    <>
      <Rows label="Accounts" heads={['Name', 'Kept for', 'Made', 'State', '']}>
        {accounts.data.accounts.map((account) => (
          <Table.Tr key={account.id}>
            <LongCell fw={600}>{account.name}</LongCell>
            <Table.Td>{account.retention_days} days</Table.Td>
            <Table.Td>
              <Instant at={account.created_at} />
            </Table.Td>
            <Table.Td>{account.state}</Table.Td>
            <Table.Td ta="right">
              {account.state === 'active' && (
                <Group gap={8} justify="flex-end" wrap="nowrap">
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Make a token of ${account.name}`}
                    onClick={() => setOpened(account.name)}
                  >
                    Make a token
                  </Button>
                  {account.name !== OWN && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Delete ${account.name}`}
                      onClick={() => setLeaving(account.name)}
                    >
                      Delete
                    </Button>
                  )}
                </Group>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Rows>
      {opened !== null && <NewToken account={opened} onClose={() => setOpened(null)} />}
      {leaving !== null && <DeleteAccount name={leaving} onClose={() => setLeaving(null)} />}
    </>
  )
}

function NewAccount({ onClose }: { onClose: () => void }): ReactNode {
  const [name, setName] = useState('')
  const make = useMakeAccount()
  return (
    <Dialog onClose={onClose} title="Make an account">
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (name.trim() !== '') make.mutate(name.trim(), { onSuccess: onClose })
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            description="Once in the installation"
            data-autofocus
            required
            maxLength={200}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          {make.error && <Failed error={make.error} />}
          <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>
            Make it
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
