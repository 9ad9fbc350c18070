import { Group, Text } from '@mantine/core'
import { IconCheck, IconEye } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Alert } from '../api/nouns'
import { SeverityBadge } from '../events/Signs'
import { useRefused } from '../session/useSession'
import { LinkButton } from '../shell/LinkButton'
import { RefusedButton } from '../shell/RefusedButton'
import { Duration, Instant } from '../time/Instant'
import classes from './AlertCard.module.css'
import { useAlertVerb } from './useAlerts'

const ENDED: Readonly<Record<NonNullable<Alert['closed_by']>, string>> = {
  recovery: 'by a recovery',
  timeout: 'since nobody reported it again',
  user: 'by a person',
  problem: 'with its problem',
}

interface AlertCardProps {
  alert: Alert
  onOpen?: (eventId: string) => void
  hideProblem?: boolean
}

export function AlertCard({ alert, onOpen, hideProblem = false }: AlertCardProps): ReactNode {
  return (
    <article className={classes.card} data-state={alert.state}>
      <Group gap={8} wrap="nowrap" align="flex-start">
        <SeverityBadge severity={alert.severity} />
        <div className={classes.body}>
          {onOpen ? (
            <button type="button" className={classes.title} onClick={() => onOpen(alert.event_id)}>
              {alert.title}
            </button>
          ) : (
            <span className={classes.words}>{alert.title}</span>
          )}
          <Text size="xs" c="dimmed">
            {alert.state === 'closed' ? 'closed' : alert.state} · since <Instant at={alert.opened_at} /> ·{' '}
            <Duration from={alert.opened_at} to={alert.closed_at} />
            {alert.report_count > 1 && ` · reported ${alert.report_count} times`}
            {alert.closed_by && ` · ended ${ENDED[alert.closed_by]}`}
            {alert.state !== 'closed' && alert.expires_at && (
              <>
                {' '}
                · ends by itself <Instant at={alert.expires_at} relative />
              </>
            )}
          </Text>
          {alert.acknowledged_by && (
            <Text size="xs" c="dimmed">
              Acknowledged by {alert.acknowledged_by}
              {alert.comment !== '' && `: ${alert.comment}`}
            </Text>
          )}
          {alert.silenced_by && (
            <Text size="xs" c="dimmed">
              Silenced by {alert.silenced_by}
            </Text>
          )}
        </div>
      </Group>
      <Group gap={6} mt={8}>
        {!hideProblem && alert.problem_id && (
          <LinkButton to="/problems/$problem" params={{ problem: alert.problem_id }} size="compact-xs" variant="light">
            Its problem
          </LinkButton>
        )}
        {alert.state !== 'closed' && <Verbs alert={alert} />}
      </Group>
    </article>
  )
}

function Verbs({ alert }: { alert: Alert }): ReactNode {
  const refused = useRefused('problems:write')
  const acknowledging = useAlertVerb(alert, 'acknowledge')
  const closing = useAlertVerb(alert, 'close')
  return (
    <>
      {alert.state === 'open' && (
        <RefusedButton
          refused={refused}
          hint="Say that you look after it"
          size="compact-xs"
          variant="default"
          leftSection={<IconEye size={13} />}
          loading={acknowledging.isPending}
          onClick={() => acknowledging.mutate()}
        >
          Acknowledge
        </RefusedButton>
      )}
      <RefusedButton
        refused={refused}
        hint="It is over"
        size="compact-xs"
        variant="default"
        leftSection={<IconCheck size={13} />}
        loading={closing.isPending}
        onClick={() => closing.mutate()}
      >
        Close
      </RefusedButton>
    </>
  )
}
