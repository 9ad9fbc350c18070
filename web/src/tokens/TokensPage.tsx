import { Badge, Button, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Token } from '../api/nouns'
import { useRefused, useSession } from '../session/useSession'
import { Confirm } from '../shell/Confirm'
import { Page, Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { LongCell, Rows } from '../shell/Rows'
import { Empty, Failed, Waiting } from '../shell/States'
import { Instant } from '../time/Instant'
import { NewToken } from './NewToken'
import { useRevoke, useTokens } from './useTokens'

export function TokensPage(): ReactNode {
  const refused = useRefused('admin')
  const session = useSession()
  const tokens = useTokens()
  const [isMaking, making] = useDisclosure(false)
  const [leaving, setLeaving] = useState<Token | null>(null)
  const revoke = useRevoke()
  return (
    <Page
      title="Tokens"
      lead="Who may do what"
      actions={
        <RefusedButton refused={refused} leftSection={<IconPlus size={16} />} onClick={making.open}>
          Make a token
        </RefusedButton>
      }
    >
      <Panel flush>
        {tokens.isPending ? (
          <Waiting />
        ) : !tokens.data ? (
          <Failed error={tokens.error} onRetry={() => tokens.refetch()} />
        ) : tokens.data.tokens.length === 0 ? (
          <Empty icon={<IconKey />} title="No tokens">
            Senders and people need one each, so that one can be revoked without the others.
          </Empty>
        ) : (
          <Rows label="Tokens" heads={['Name', 'Rights', 'Sees', 'Last used', 'Expires', 'Made', '']}>
            {tokens.data.tokens.map((token) => (
              <Table.Tr key={token.id}>
                <LongCell fw={600}>
                  {token.name}
                  {token.id === session.token.id && (
                    <Badge ml={8} variant="light" tt="none">
                      yours
                    </Badge>
                  )}
                </LongCell>
                <Table.Td>{token.rights.join(', ')}</Table.Td>
                <Table.Td>{token.sees}</Table.Td>
                <Table.Td>{token.last_used_at ? <Instant at={token.last_used_at} relative /> : 'never'}</Table.Td>
                <Table.Td>{token.expires_at ? <Instant at={token.expires_at} /> : 'never'}</Table.Td>
                <Table.Td>
                  <Instant at={token.created_at} />
                </Table.Td>
                <Table.Td ta="right">
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => setLeaving(token)}
                    aria-label={`Revoke ${token.name}`}
                  >
                    Revoke
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Rows>
        )}
      </Panel>
      <Text size="xs" c="dimmed">
        The database keeps only a hash of each: a secret is shown once, when it is made.
      </Text>
      {isMaking && <NewToken onClose={making.close} />}
      {leaving && (
        <Confirm
          title={`Revoke ${leaving.name}?`}
          verb="Revoke"
          isPending={revoke.isPending}
          error={revoke.error}
          onClose={() => setLeaving(null)}
          onConfirm={() => revoke.mutate(leaving.id, { onSuccess: () => setLeaving(null) })}
        >
          Whatever uses it is refused from then on, on every node. It cannot be given back.
          {leaving.id === session.token.id && ' It is the one that you are signed in with.'}
        </Confirm>
      )}
    </Page>
  )
}
