import { Button, Tooltip } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './Live.module.css'
import type { LiveState } from './useLive'

const WORDS: Readonly<Record<LiveState, string>> = {
  off: 'Live',
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Reconnecting',
}

interface LiveButtonProps {
  state: LiveState
  isOn: boolean
  /** Why there is nothing to follow; null: there is. */
  refused: string | null
  onToggle: () => void
}

export function LiveButton({ state, isOn, refused, onToggle }: LiveButtonProps): ReactNode {
  return (
    <Tooltip label={refused ?? (isOn ? 'Stop following (l)' : 'Follow what comes (l)')}>
      <Button
        variant={isOn ? 'light' : 'default'}
        h={34}
        px={12}
        aria-pressed={isOn}
        data-disabled={refused !== null || undefined}
        aria-disabled={refused !== null}
        leftSection={isOn ? <span className={classes.pulse} data-state={state} /> : <IconPlayerPlay size={15} />}
        rightSection={isOn ? <IconPlayerPause size={14} /> : undefined}
        onClick={onToggle}
      >
        {WORDS[state]}
      </Button>
    </Tooltip>
  )
}
