import { Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import type { StreamState } from '../api/follow'
import live from '../events/Live.module.css'
import classes from './Problems.module.css'
import { POLL_SECONDS } from './useProblems'

const WORDS: Readonly<Record<StreamState, string>> = { connecting: 'Connecting', live: 'Live', lost: 'Reconnecting' }
const POLLED = `Until the stream is back, this is looked at every ${POLL_SECONDS} seconds`
const MEANS: Readonly<Record<StreamState, string>> = {
  connecting: POLLED,
  live: 'Shown as it happens',
  lost: POLLED,
}

/** Whether what is shown follows by itself, or how late it may be. */
export function Following({ state }: { state: StreamState }): ReactNode {
  return (
    <Tooltip label={MEANS[state]}>
      <span className={classes.following} role="status" aria-description={MEANS[state]}>
        <span className={live.pulse} data-state={state} />
        {WORDS[state]}
      </span>
    </Tooltip>
  )
}
