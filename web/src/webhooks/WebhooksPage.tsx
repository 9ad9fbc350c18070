import { Button, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useRefused } from '../session/useSession'
import { Page, Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { Empty, Failed, Waiting } from '../shell/States'
import { RECEIVERS, type Receiver } from './receivers'
import { useMakeWebhook, useWebhooks } from './useWebhooks'
import { WebhookCard } from './WebhookCard'

export function WebhooksPage(): ReactNode {
  const refused = useRefused('admin')
  const webhooks = useWebhooks()
  const [isMaking, making] = useDisclosure(false)
  return (
    <Page
      title="Webhooks"
      lead="Addresses for monitors that cannot send a token"
      actions={
        <RefusedButton refused={refused} leftSection={<IconPlus size={16} />} onClick={making.open}>
          Make a webhook
        </RefusedButton>
      }
    >
      {webhooks.isPending ? (
        <Waiting />
      ) : !webhooks.data ? (
        <Failed error={webhooks.error} onRetry={() => webhooks.refetch()} />
      ) : webhooks.data.webhooks.length === 0 ? (
        <Panel flush>
          <Empty icon={<IconWebhook />} title="No webhooks yet">
            One for each monitor: Alertmanager, Grafana, AWS SNS, or anything that posts JSON. What comes in opens and
            closes alerts, and stands on the timelines of the services it names.
          </Empty>
        </Panel>
      ) : (
        webhooks.data.webhooks.map((webhook) => <WebhookCard key={webhook.id} webhook={webhook} />)
      )}
      {isMaking && <NewWebhook onClose={making.close} />}
    </Page>
  )
}

function NewWebhook({ onClose }: { onClose: () => void }): ReactNode {
  const [name, setName] = useState('')
  const [receiver, setReceiver] = useState<Receiver>('alertmanager')
  const make = useMakeWebhook()
  const receivers = Object.entries(RECEIVERS).map(([value, { name: label }]) => ({ value: value as Receiver, label }))
  return (
    <Modal opened onClose={onClose} title="Make a webhook" closeButtonProps={{ 'aria-label': 'Cancel' }}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          make.mutate({ name: name.trim(), receiver }, { onSuccess: onClose })
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            data-autofocus
            required
            maxLength={255}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Select
            label="Whose payloads it reads"
            description="Cannot be changed later"
            allowDeselect={false}
            data={receivers}
            value={receiver}
            onChange={(chosen) => chosen && setReceiver(chosen)}
          />
          {make.error && <Failed error={make.error} />}
          <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>
            Make it
          </Button>
        </Stack>
      </form>
    </Modal>
  )
}
