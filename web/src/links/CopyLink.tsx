import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { parseQuery, stringifyQuery } from '../address/query'
import { useZone } from '../time/useZone'

interface CopyLinkProps {
  icon: ReactNode
  /** What the link says besides the address and the zone that is chosen: where a window is that moves. */
  search: Readonly<Record<string, unknown>>
}

/** Copies a link that shows others what is seen now. */
export function CopyLink({ icon, search }: CopyLinkProps): ReactNode {
  const clipboard = useClipboard()
  const { chosen } = useZone()
  const copy = () => {
    const query = { ...parseQuery(location.search), ...search, ...(chosen ? { tz: chosen } : {}) }
    clipboard.copy(`${location.origin}${location.pathname}${stringifyQuery(query)}`)
  }
  return (
    <Tooltip label={clipboard.copied ? 'Copied' : 'Copy a link to this'}>
      <ActionIcon
        variant="subtle"
        color={clipboard.copied ? 'teal' : 'gray'}
        aria-label="Copy a link to this"
        onClick={copy}
      >
        {clipboard.copied ? <IconCheck size={17} /> : icon}
      </ActionIcon>
    </Tooltip>
  )
}
