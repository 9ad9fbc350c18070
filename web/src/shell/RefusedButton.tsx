import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

interface RefusedButtonProps extends ButtonProps {
  /** Why it may not be pressed; null: it may. */
  refused: string | null
  /** What it does, when its words are not enough. */
  hint?: string
  onClick: () => void
  children: ReactNode
}

/** A button that says why, when it may not be pressed. */
export function RefusedButton({ refused, hint, onClick, children, ...look }: RefusedButtonProps): ReactNode {
  return (
    <Tooltip label={refused ?? hint} disabled={refused === null && hint === undefined}>
      <Button
        {...look}
        data-disabled={refused !== null || undefined}
        aria-disabled={refused !== null}
        onClick={() => refused === null && onClick()}
      >
        {children}
      </Button>
    </Tooltip>
  )
}
