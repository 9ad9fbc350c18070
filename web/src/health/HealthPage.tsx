import { Text } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'
import { Page, Panel } from '../shell/Page'
import { Waiting } from '../shell/States'
import { length } from '../time/words'
import { Figures } from './Figures'
import classes from './Health.module.css'
import { by, quantile, type Sample, sum } from './metrics'
import { rates } from './reading'
import { useMetrics, useReady } from './useHealth'

const RateChart = lazy(() => import('./RateChart').then((chart) => ({ default: chart.RateChart })))

/** How the server is: whether it answers, what comes in, what is refused, and how the database keeps up. */
export function HealthPage(): ReactNode {
  const ready = useReady()
  const metrics = useMetrics()
  const rated = rates(metrics.readings)
  const now = rated.at(-1)
  const { latest } = metrics
  return (
    <Page title="Health" lead="Of the process that answers, every three seconds">
      <div className={classes.figures}>
        <Figures
          title="Ready"
          value={ready.isPending ? '…' : ready.data ? 'yes' : 'no'}
          tone={ready.isPending ? undefined : ready.data === false || ready.isError ? 'bad' : 'good'}
          note={
            ready.isPending
              ? 'The server is being asked'
              : ready.data
                ? 'The database answers, and its schema is current'
                : 'The database is away, or its schema is not that of this release'
          }
        />
        {metrics.data !== null && (
          <>
            <Figures
              title="Events a second"
              value={now ? now.accepted.toFixed(1) : '…'}
              note={`${whole(sum(latest, 'whence_events_total', { outcome: 'accepted' }))} since it started`}
            />
            <Figures
              title="Wait for a commit"
              value={whole(sum(latest, 'whence_queue_reports'))}
              tone={sum(latest, 'whence_queue_reports') > 5000 ? 'bad' : undefined}
              note="Reports in the queue"
            />
            <Figures
              title="Commit, 99 %"
              value={seconds(quantile(latest, 'whence_commit_seconds', 0.99))}
              note="From taking a batch to its commit, at most"
            />
            <Figures
              title="Request, 99 %"
              value={seconds(quantile(latest, 'whence_request_seconds', 0.99))}
              note="To the head of the answer, at most"
            />
            <Figures
              title="Live readers"
              value={whole(sum(latest, 'whence_stream_subscribers'))}
              note={`${whole(sum(latest, 'whence_stream_resets_total'))} were too slow`}
            />
            <Figures
              title="Memory"
              value={`${whole(sum(latest, 'process_resident_memory_bytes') / 1024 / 1024)} MiB`}
              note={uptime(latest)}
            />
          </>
        )}
      </div>
      {metrics.data === null ? (
        <Panel title="Metrics">
          <Text size="sm">
            Metrics are on a port of their own here (WHENCE_METRICS_PORT); this page shows only whether the server is
            ready.
          </Text>
        </Panel>
      ) : (
        <>
          <Panel title="Events a second, since this page was opened">
            {rated.length < 2 ? (
              <Text size="sm" c="dimmed" h={240}>
                The first readings are being taken…
              </Text>
            ) : (
              <Suspense fallback={<Waiting rows={3} />}>
                <RateChart rates={rated} />
              </Suspense>
            )}
          </Panel>
          <div className={classes.tables}>
            <Counts title="Reports by outcome" counts={by(latest, 'whence_events_total', 'outcome')} />
            <Counts title="Requests by answer" counts={by(latest, 'whence_request_seconds_count', 'status')} />
            <Counts title="Requests by dialect" counts={by(latest, 'whence_request_seconds_count', 'dialect')} />
          </div>
        </>
      )}
    </Page>
  )
}

function Counts({ title, counts }: { title: string; counts: ReadonlyMap<string, number> }): ReactNode {
  const highest = Math.max(1, ...counts.values())
  return (
    <Panel title={title}>
      {[...counts.values()].every((count) => count === 0) && (
        <Text size="sm" c="dimmed">
          None yet.
        </Text>
      )}
      <ul className={classes.counts}>
        {[...counts]
          .filter(([, count]) => count > 0)
          .map(([name, count]) => (
            <li key={name} className={classes.count}>
              <span>{name}</span>
              <b>{whole(count)}</b>
              <span className={classes.track}>
                <span style={{ width: `${(count / highest) * 100}%` }} />
              </span>
            </li>
          ))}
      </ul>
    </Panel>
  )
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en')
}

function seconds(value: number | null): string {
  if (value === null) return '–'
  return value === Number.POSITIVE_INFINITY ? 'over 10s' : length(value * 1000)
}

function uptime(samples: readonly Sample[]): string {
  const started = sum(samples, 'process_start_time_seconds')
  return started > 0 ? `Runs for ${length(Date.now() - started * 1000)}` : ''
}
