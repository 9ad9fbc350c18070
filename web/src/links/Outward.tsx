import { IconExternalLink } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { safeAddress } from './address'

/** A link that a sender gave: followed only to http and https, and never told where one came from. */
export function Outward({ url, children }: { url: string; children?: ReactNode }): ReactNode {
  const address = safeAddress(url)
  if (!address) return <span>{children ?? url}</span>
  return (
    <a href={address} target="_blank" rel="noopener noreferrer" style={{ overflowWrap: 'anywhere' }}>
      {children ?? url} <IconExternalLink size={13} style={{ verticalAlign: '-1px' }} aria-label="(opens a new tab)" />
    </a>
  )
}
