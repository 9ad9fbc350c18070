import { Button, Group, NumberInput, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Account } from '../api/nouns'
import { useSession } from '../session/useSession'
import { Confirm } from '../shell/Confirm'
import { Panel } from '../shell/Page'
import { Failed, Waiting } from '../shell/States'
import { Instant } from '../time/Instant'
import { useKeep, useOwnAccount } from './useAccounts'

const MOST_DAYS = 36_500 // of the one who runs the installation; of others, what this keeps

/** For how long events are kept, and a way to say another time. */
export function Retention(): ReactNode {
  const account = useOwnAccount()
  return (
    <Panel title="How long events are kept">
      {account.isPending ? (
        <Waiting rows={1} />
      ) : !account.data ? (
        <Failed error={account.error} onRetry={() => account.refetch()} />
      ) : (
        <Kept key={account.data.retention_days} account={account.data} />
      )}
    </Panel>
  )
}

function Kept({ account }: { account: Account }): ReactNode {
  const { token } = useSession()
  const installation = account.installation_retention_days
  const most = token.bootstrap ? MOST_DAYS : installation
  const [typed, setTyped] = useState<number | string>(account.retention_days)
  const [asked, setAsked] = useState<number | null | undefined>()
  const keep = useKeep()
  const days = typeof typed === 'number' ? typed : null
  const isGood = days !== null && days >= 1 && days <= most && days !== account.retention_days
  return (
    <>
      <Text size="sm">
        Events are kept for <b>{account.retention_days} days</b>
        {account.own_retention_days === null && ', as the installation says'}. Nothing from before{' '}
        <Instant at={account.kept_from} /> is there any more.
      </Text>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (isGood) setAsked(days)
        }}
      >
        <Group mt="sm" gap={8} align="flex-end">
          <NumberInput
            label="Days"
            description={
              token.bootstrap ? 'More or less than the installation says' : `At most ${most}, as the installation`
            }
            w={240}
            min={1}
            max={most}
            allowDecimal={false}
            value={typed}
            onChange={setTyped}
          />
          <Button type="submit" variant="default" disabled={!isGood}>
            Change
          </Button>
          {account.own_retention_days !== null && (
            <Button variant="subtle" onClick={() => setAsked(null)}>
              As the installation says
            </Button>
          )}
        </Group>
      </form>
      {asked !== undefined && (
        <Confirm
          title={`Keep events for ${asked ?? installation} days?`}
          verb="Change"
          isPending={keep.isPending}
          error={keep.error}
          onClose={() => setAsked(undefined)}
          onConfirm={() => keep.mutate(asked, { onSuccess: () => setAsked(undefined) })}
        >
          {(asked ?? installation) < account.retention_days
            ? 'What is older is removed for good, within a while.'
            : 'What was removed already does not come back.'}
        </Confirm>
      )}
    </>
  )
}
