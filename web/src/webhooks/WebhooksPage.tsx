import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useRefused } from '../session/useSession'
import { Page, Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { Empty, Failed, Waiting } from '../shell/States'
import { NewWebhook } from './NewWebhook'
import { useWebhooks } from './useWebhooks'
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
