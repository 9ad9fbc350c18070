import {
  Alert,
  Button,
  Checkbox,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { NewToken as Made, Right, TokenIn } from '../api/nouns'
import { firstEvent } from '../events/first'
import { CodeBlock } from '../links/CodeBlock'
import { Dialog } from '../shell/Dialog'
import { Failed } from '../shell/States'
import { now } from '../time/now'
import { useMakeToken } from './useTokens'

const RIGHTS: readonly { right: Right; words: string }[] = [
  { right: 'events:write', words: 'send events' },
  { right: 'events:read', words: 'read events, alerts, problems and causes' },
  { right: 'entities:read', words: 'read the catalogue' },
  { right: 'entities:write', words: 'change the catalogue' },
  { right: 'problems:write', words: 'acknowledge, close, comment, plan maintenance' },
  { right: 'admin', words: 'all of these, and tokens, webhooks and the audit trail' },
]

const LIVES = [
  { value: '', label: 'does not expire' },
  { value: '7', label: 'in 7 days' },
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
]

interface NewTokenProps {
  /** Whose it will be, when it is not one's own account. */
  account?: string
  onClose: () => void
}

export function NewToken({ account, onClose }: NewTokenProps): ReactNode {
  const make = useMakeToken()
  return (
    <Dialog
      onClose={onClose}
      size="lg"
      title={make.data ? 'Copy it now' : account === undefined ? 'Make a token' : `Make a token of ${account}`}
      closeOnEscape={!make.data}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {make.data ? (
        <Once token={make.data} onClose={onClose} />
      ) : (
        <Form
          isPending={make.isPending}
          error={make.error}
          onMake={(token) => make.mutate(account === undefined ? token : { ...token, account })}
        />
      )}
    </Dialog>
  )
}

interface FormProps {
  isPending: boolean
  error: Error | null
  onMake: (token: TokenIn) => void
}

function Form({ isPending, error, onMake }: FormProps): ReactNode {
  const [name, setName] = useState('')
  const [rights, setRights] = useState<string[]>(['events:write'])
  const [sees, setSees] = useState('own')
  const [life, setLife] = useState('')
  const [rate, setRate] = useState<number | string>('')
  const chosen = RIGHTS.map(({ right }) => right).filter((right) => rights.includes(right))
  return (
    <form
      onSubmit={(submitted) => {
        submitted.preventDefault()
        onMake({
          name: name.trim(),
          rights: chosen,
          sees: sees === 'all' ? 'all' : 'own',
          ...(life === '' ? {} : { expires_at: new Date(now() + Number(life) * 86_400_000).toISOString() }),
          ...(typeof rate === 'number' && rate > 0 ? { rate_per_minute: rate } : {}),
        })
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="Whose it is; events without a source have it"
          data-autofocus
          required
          maxLength={200}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <Checkbox.Group label="Rights" value={rights} onChange={setRights}>
          <Stack gap={8} mt={6}>
            {RIGHTS.map(({ right, words }) => (
              <Checkbox key={right} value={right} label={`${right}: ${words}`} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Group grow align="flex-start">
          <Select
            label="Expires"
            data={LIVES}
            value={life}
            onChange={(days) => setLife(days ?? '')}
            allowDeselect={false}
          />
          <NumberInput
            label="Requests a minute"
            placeholder="the server's own limit"
            min={1}
            value={rate}
            onChange={setRate}
            allowDecimal={false}
          />
        </Group>
        <div>
          <Text size="sm" fw={500} mb={4}>
            In a vendor's API it sees
          </Text>
          <SegmentedControl
            aria-label="In a vendor's API it sees"
            value={sees}
            onChange={setSees}
            data={[
              { value: 'own', label: 'what came in through that API' },
              { value: 'all', label: 'all events of the account' },
            ]}
          />
        </div>
        {error && <Failed error={error} />}
        <Button type="submit" loading={isPending} disabled={name.trim() === '' || chosen.length === 0}>
          Make it
        </Button>
      </Stack>
    </form>
  )
}

/** The secret, which nobody can see again, and what to do with it. */
function Once({ token, onClose }: { token: Made; onClose: () => void }): ReactNode {
  return (
    <Stack>
      <Alert color="yellow" variant="light">
        This is the only time that the token is shown.
      </Alert>
      <CodeBlock label="token" text={token.token} wrap />
      {(token.rights.includes('events:write') || token.rights.includes('admin')) && (
        <>
          <Text size="sm">Send an event with it:</Text>
          <CodeBlock label="command" text={firstEvent(location.origin, token.token)} wrap />
        </>
      )}
      <Button onClick={onClose}>I have copied it</Button>
    </Stack>
  )
}
