import { Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Panel } from '../shell/Page'
import { Rows } from '../shell/Rows'
import classes from './Health.module.css'
import { by, type Metrics } from './metrics'
import { type Reading, refusals } from './reading'
import { pace, whole } from './words'

/** What reasons mean, in words; one that is not here yet is shown by its name alone. */
const MEANS: Readonly<Record<string, string>> = {
  invalid: 'means nothing as sent',
  unauthenticated: 'no token, or one that is no good',
  forbidden: 'the token lacks the right',
  not_found: 'no such thing, or no such path',
  method: 'the path is there, but not for this method',
  host: 'for a host that is not this server',
  conflict: 'contradicts what is stored',
  too_large: 'a body over the limit',
  unsupported: 'a content type or encoding that is not read',
  rate: 'over the rate of the token',
  queue_full: 'too many reports wait for a commit',
  busy: 'too many ask the same at once',
  race: 'another writer came first',
  timeout: 'the question took too long',
  slow: 'its head or body did not come in time',
  gone: 'its client left before all of it had come',
  database: 'the database is away, or takes nothing now',
  schema: 'the schema is not that of this release',
  stopping: 'the server was about to stop',
}

interface RefusalsProps {
  metrics: Metrics
  readings: readonly Reading[]
}

/** What was refused and why, in all and since the page was opened. */
export function Refusals({ metrics, readings }: RefusalsProps): ReactNode {
  const refused = refusals(readings)
  const title = 'Refusals by reason'
  if (!refused || refused.length === 0) {
    return (
      <Panel title={title}>
        <Text size="sm" c="dimmed">
          {refused ? 'Nothing was refused yet.' : 'Not reported.'}
        </Text>
      </Panel>
    )
  }
  const highest = Math.max(1, ...refused.map(({ total }) => total))
  return (
    <Panel flush title={title}>
      <Rows label={title} heads={['Reason', 'A minute, on this page', 'Since the start', 'Through']}>
        {refused.map(({ reason, total, perMinute }) => (
          <Table.Tr key={reason}>
            <Table.Td>
              <b>{reason}</b>
              {MEANS[reason] && <div className={classes.soft}>{MEANS[reason]}</div>}
            </Table.Td>
            <Table.Td className={classes.number}>{pace(perMinute)}</Table.Td>
            <Table.Td className={classes.number}>
              {whole(total)}
              <div className={classes.track}>
                <span style={{ width: `${(total / highest) * 100}%` }} />
              </div>
            </Table.Td>
            <Table.Td className={classes.soft}>{dialectsOf(metrics, reason)}</Table.Td>
          </Table.Tr>
        ))}
      </Rows>
    </Panel>
  )
}

/** Through which APIs it was asked, the most frequent first. */
function dialectsOf(metrics: Metrics, reason: string): string {
  return [...(by(metrics, 'whence_refusals_total', 'dialect', { reason }) ?? [])]
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([dialect, count]) => `${dialect} ${whole(count)}`)
    .join(', ')
}
