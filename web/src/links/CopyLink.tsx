import { IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { parseQuery, stringifyQuery } from '../address/query'
import { useZone } from '../time/useZone'
import { CopyButton } from './CopyButton'

interface CopyLinkProps {
  icon: ReactNode
  /** What the link says besides the address and the zone that is chosen: where a window is that moves. */
  search: Readonly<Record<string, unknown>>
}

/** Copies a link that shows others what is seen now. */
export function CopyLink({ icon, search }: CopyLinkProps): ReactNode {
  const { chosen } = useZone()
  const link = () => {
    const query = { ...parseQuery(location.search), ...search, ...(chosen ? { tz: chosen } : {}) }
    return `${location.origin}${location.pathname}${stringifyQuery(query)}`
  }
  return <CopyButton label="Copy a link to this" icon={icon} done={<IconCheck size={17} />} text={link} />
}
