import { Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import { useNow } from './useNow'
import { useZone } from './useZone'
import { ago, exact, length, stamp } from './words'
import { offsetName } from './zone'

/** A time of the API, as its reader's clock shows it. */
export function Instant({ at, relative = false }: { at: string | number; relative?: boolean }): ReactNode {
  const { zone } = useZone()
  const now = useNow()
  const instant = typeof at === 'number' ? at : Date.parse(at)
  const spoken = `${exact(instant, zone)} ${offsetName(instant, zone)}`
  return (
    <Tooltip label={relative ? spoken : `${spoken} · ${ago(instant, now)}`}>
      <time dateTime={new Date(instant).toISOString()}>{relative ? ago(instant, now) : stamp(instant, zone, now)}</time>
    </Tooltip>
  )
}

/** How long something has lasted: until its end, or until now. */
export function Duration({ from, to }: { from: string; to: string | null }): ReactNode {
  const now = useNow()
  return <>{length(Math.max(0, (to ? Date.parse(to) : now) - Date.parse(from)))}</>
}
