import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Panel } from '../shell/Page'
import classes from './Health.module.css'
import { whole } from './words'

/** Counts by what a label says, as bars. */
export function Counts({ title, counts }: { title: string; counts: ReadonlyMap<string, number> | null }): ReactNode {
  const shown = [...(counts ?? [])].filter(([, count]) => count > 0)
  const highest = Math.max(1, ...shown.map(([, count]) => count))
  return (
    <Panel title={title}>
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {counts === null ? 'Not reported.' : 'None yet.'}
        </Text>
      )}
      <ul className={classes.counts}>
        {shown.map(([name, count]) => (
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
