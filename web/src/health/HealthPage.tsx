import { Text } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'
import { code } from '../api/code'
import { Page, Panel } from '../shell/Page'
import { Failed, Waiting } from '../shell/States'
import { now } from '../time/now'
import { length } from '../time/words'
import { Counts } from './Counts'
import { Background, Database } from './Database'
import { Figures } from './Figures'
import classes from './Health.module.css'
import { by, type Metrics, sum } from './metrics'
import { Refusals } from './Refusals'
import { type Reading, rates } from './reading'
import { type Readiness, useMetrics, useReady } from './useHealth'
import { UNKNOWN, whole, within } from './words'

const RateChart = lazy(code(() => import('./RateChart').then((chart) => ({ default: chart.RateChart }))))

/** How the server is: whether it answers, what comes in, what is refused, and how the database keeps up. */
export function HealthPage(): ReactNode {
  const ready = useReady()
  const metrics = useMetrics()
  const isKnown = metrics.readings.length > 0
  return (
    <Page title="Health" lead="Of the server that answers, every three seconds">
      <div className={classes.figures}>
        <Ready ready={ready} />
        {isKnown && metrics.data !== null && <Flow metrics={metrics.latest} readings={metrics.readings} />}
      </div>
      {metrics.data === null ? (
        <Panel title="Metrics">
          <Text size="sm">
            Metrics are on a port of their own here (WHENCE_METRICS_PORT); this page shows only whether the server is
            ready.
          </Text>
        </Panel>
      ) : metrics.isPending ? (
        <Waiting />
      ) : (
        <>
          {metrics.error && <Failed error={new Error(`The metrics are not read: ${metrics.error.message}`)} />}
          {isKnown && <Counted metrics={metrics.latest} readings={metrics.readings} />}
        </>
      )}
    </Page>
  )
}

const READY: Readonly<Record<Readiness, { value: string; tone: 'good' | 'bad'; note: string }>> = {
  ready: { value: 'yes', tone: 'good', note: 'The database answers and takes what is written; its schema is current' },
  'not ready': {
    value: 'no',
    tone: 'bad',
    note: 'The database is away or takes nothing, or its schema is not that of this release',
  },
  unreachable: { value: 'unknown', tone: 'bad', note: 'The server cannot be reached' },
}

function Ready({ ready }: { ready: Readiness | undefined }): ReactNode {
  return <Figures title="Ready" {...(ready ? READY[ready] : { value: '…', note: 'The server is being asked' })} />
}

interface Read {
  metrics: Metrics
  readings: readonly Reading[]
}

const MANY_WAIT = 5000

function Flow({ metrics, readings }: Read): ReactNode {
  const rate = rates(readings).at(-1)
  const waiting = sum(metrics, 'whence_queue_reports')
  const accepted = sum(metrics, 'whence_events_total', { outcome: 'accepted' })
  const memory = sum(metrics, 'process_resident_memory_bytes')
  return (
    <>
      <Figures
        title="Events a second"
        value={accepted === null ? UNKNOWN : rate ? rate.accepted.toFixed(1) : '…'}
        note={`Since it started: ${whole(accepted)}`}
      />
      <Figures
        title="Wait for a commit"
        value={whole(waiting)}
        tone={(waiting ?? 0) > MANY_WAIT ? 'bad' : undefined}
        note="Reports in the queue"
      />
      <Figures
        title="Commit, 99 %"
        value={within(metrics, 'whence_commit_seconds', 0.99)}
        note="From taking a batch to its commit, at most"
      />
      <Figures
        title="Request, 99 %"
        value={within(metrics, 'whence_request_seconds', 0.99)}
        note="To the head of the answer, at most"
      />
      <Figures
        title="Live readers"
        value={whole(sum(metrics, 'whence_stream_subscribers'))}
        note={`Too slow: ${whole(sum(metrics, 'whence_stream_resets_total'))}`}
      />
      <Figures
        title="Memory"
        value={memory === null ? UNKNOWN : `${whole(memory / 1024 / 1024)} MiB`}
        note={uptime(metrics)}
      />
    </>
  )
}

function Counted({ metrics, readings }: Read): ReactNode {
  const rated = rates(readings)
  return (
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
      <Refusals metrics={metrics} readings={readings} />
      <div className={classes.tables}>
        <Database metrics={metrics} />
        <Background metrics={metrics} />
        <Counts title="Reports by outcome" counts={by(metrics, 'whence_events_total', 'outcome')} />
        <Counts title="Requests by answer" counts={by(metrics, 'whence_request_seconds_count', 'status')} />
        <Counts title="Requests by dialect" counts={by(metrics, 'whence_request_seconds_count', 'dialect')} />
      </div>
    </>
  )
}

function uptime(metrics: Metrics): string {
  const started = sum(metrics, 'process_start_time_seconds')
  const ran = now() - (started ?? 0) * 1000
  // of several processes it is a sum, and no time
  return started && ran >= 0 ? `Runs for ${length(ran)}` : `How long it runs is ${UNKNOWN}`
}
