import { Badge, Button, Collapse, Group, Switch, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import type { Webhook } from '../api/nouns'
import { CodeBlock } from '../links/CodeBlock'
import { Confirm } from '../shell/Confirm'
import { Panel } from '../shell/Page'
import { Instant } from '../time/Instant'
import { EditWebhook } from './EditWebhook'
import { RECEIVERS, type Receiver } from './receivers'
import { useChangeWebhook, useRekey, useRemoveWebhook } from './useWebhooks'

export function WebhookCard({ webhook }: { webhook: Webhook }): ReactNode {
  const [isOpen, address] = useDisclosure(false)
  const [asked, setAsked] = useState<'edit' | 'rekey' | 'remove' | null>(null)
  const change = useChangeWebhook()
  const rekey = useRekey()
  const remove = useRemoveWebhook()
  const receiver = receiverOf(webhook)
  const { total, failed } = webhook.requests
  return (
    <Panel
      title={
        <Group gap={10}>
          {webhook.name}
          <Badge variant="default" tt="none" fw={500}>
            {receiver?.name ?? webhook.receiver}
          </Badge>
        </Group>
      }
      side={
        <Switch
          size="sm"
          label={webhook.state === 'enabled' ? 'Takes payloads' : 'Takes nothing'}
          checked={webhook.state === 'enabled'}
          disabled={change.isPending}
          onChange={(changed) =>
            change.mutate({
              id: webhook.id,
              change: { state: changed.currentTarget.checked ? 'enabled' : 'disabled' },
            })
          }
        />
      }
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed">
          {total.toLocaleString('en')} payloads,{' '}
          {failed === 0 ? 'all read' : `${failed.toLocaleString('en')} not read, wholly or in part`} ·{' '}
          {projectOf(webhook)} · made <Instant at={webhook.created_at} />
        </Text>
        <Group gap={6}>
          <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={address.toggle}>
            {isOpen ? 'Hide the address' : 'Show the address'}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setAsked('edit')}>
            Edit
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setAsked('rekey')}>
            New key
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setAsked('remove')}>
            Remove
          </Button>
        </Group>
      </Group>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <>
            <Text size="sm" mt="sm" mb={6}>
              {receiver?.use ?? 'Post to:'}{' '}
              <Text span c="dimmed">
                whoever knows the address may post.
              </Text>
            </Text>
            <CodeBlock label="set-up" text={receiver?.setup(webhook.url) ?? webhook.url} wrap />
          </>
        )}
      </Collapse>
      {asked === 'edit' && <EditWebhook webhook={webhook} onClose={() => setAsked(null)} />}
      {asked === 'rekey' && (
        <Confirm
          title={`A new key for ${webhook.name}?`}
          verb="Make a new key"
          isPending={rekey.isPending}
          error={rekey.error}
          onClose={() => setAsked(null)}
          onConfirm={() => rekey.mutate(webhook.id, { onSuccess: () => setAsked(null) })}
        >
          Its address changes; the old one opens nothing any more.
        </Confirm>
      )}
      {asked === 'remove' && (
        <Confirm
          title={`Remove ${webhook.name}?`}
          verb="Remove"
          isPending={remove.isPending}
          error={remove.error}
          onClose={() => setAsked(null)}
          onConfirm={() => remove.mutate(webhook.id, { onSuccess: () => setAsked(null) })}
        >
          Its address takes nothing any more. What came in through it stays.
        </Confirm>
      )}
    </Panel>
  )
}

/** With the word `project` once: the name of an account's own starts with it. */
function projectOf({ project }: Webhook): string {
  return project.startsWith('project-') ? project : `project ${project}`
}

function receiverOf({ receiver }: Webhook): (typeof RECEIVERS)[Receiver] | null {
  return Object.hasOwn(RECEIVERS, receiver) ? RECEIVERS[receiver as Receiver] : null
}
