import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { AlertList } from '../alerts/AlertList'
import { useOpenAlerts } from '../alerts/useAlerts'
import type { Entity } from '../api/nouns'
import { Panel } from '../shell/Page'
import { Failed, Waiting } from '../shell/States'
import { useOpenEvents } from './useOpenEvents'

interface OpenAlertsProps {
  entity: Entity
  onOpen: (eventId: string) => void
}

/** What is open on an entity: alerts that name it, and those whose events concern it by its place. */
export function OpenAlerts({ entity, onOpen }: OpenAlertsProps): ReactNode {
  const alerts = useOpenAlerts()
  const events = useOpenEvents(entity.id)
  const listed = (alerts.data?.alerts ?? []).filter(
    (alert) => alert.entity === entity.id || events.data?.ids.has(alert.event_id),
  )
  const error = alerts.error ?? events.error
  const isAsked = error === null && (alerts.isPending || events.isPending)
  const isCut = alerts.data?.isCut || events.data?.isCut || false
  const askAgain = () => {
    alerts.refetch()
    events.refetch()
  }
  return (
    <Panel title={isAsked || error ? 'Open alerts' : `Open alerts (${listed.length}${isCut ? '+' : ''})`}>
      {error && (
        <Failed
          lost="Not all that is open is known"
          error={error}
          isAsked={alerts.isPending || events.isPending}
          onRetry={askAgain}
        />
      )}
      {isCut && <Said>So much is open that not all of it was read: there may be more here.</Said>}
      {isAsked ? (
        <Waiting rows={2} />
      ) : listed.length > 0 ? (
        <AlertList alerts={listed} onOpen={onOpen} />
      ) : (
        error === null && !isCut && <Said>None is open.</Said>
      )}
    </Panel>
  )
}

function Said({ children }: { children: ReactNode }): ReactNode {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  )
}
