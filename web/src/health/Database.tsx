import type { ReactNode } from 'react'
import { Panel } from '../shell/Page'
import classes from './Health.module.css'
import { by, type Metrics, sum } from './metrics'
import { seconds, UNKNOWN, whole, within } from './words'

/** How the database keeps up: whether it is there, who uses it, how long a commit takes. */
export function Database({ metrics }: { metrics: Metrics }): ReactNode {
  const up = sum(metrics, 'whence_database_up')
  const pools = by(metrics, 'whence_database_connections', 'pool')
  return (
    <Panel title="Database">
      <dl className={classes.facts}>
        <Fact name="Answers" value={up === null ? UNKNOWN : up > 0 ? 'yes' : 'no'} isBad={up === 0} />
        {pools === null ? (
          <Fact name="Connections" value={UNKNOWN} />
        ) : (
          [...pools.keys()].map((pool) => (
            <Fact key={pool} name={`Connections, ${pool}`} value={statesOf(metrics, pool)} />
          ))
        )}
        <Fact name="A commit, half of them within" value={within(metrics, 'whence_commit_seconds', 0.5)} />
        <Fact name="A commit, 99 % within" value={within(metrics, 'whence_commit_seconds', 0.99)} />
        <Fact name="Reports that wait for one" value={whole(sum(metrics, 'whence_queue_reports'))} />
      </dl>
    </Panel>
  )
}

/** When what happens by itself was last done: what was due before that is. */
export function Background({ metrics }: { metrics: Metrics }): ReactNode {
  const lags = by(metrics, 'whence_background_lag_seconds', 'work')
  return (
    <Panel title="Background work, last done">
      <dl className={classes.facts}>
        {lags === null && <Fact name="By itself" value={UNKNOWN} />}
        {[...(lags ?? [])].map(([work, lag]) => (
          <Fact key={work} name={work} value={lag < 1 ? 'just now' : `${seconds(lag)} ago`} />
        ))}
      </dl>
    </Panel>
  )
}

function Fact({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }): ReactNode {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd data-tone={isBad ? 'bad' : undefined}>{value}</dd>
    </div>
  )
}

/** `3 used, 7 idle`. */
function statesOf(metrics: Metrics, pool: string): string {
  return [...(by(metrics, 'whence_database_connections', 'state', { pool }) ?? [])]
    .map(([state, count]) => `${whole(count)} ${state}`)
    .join(', ')
}
