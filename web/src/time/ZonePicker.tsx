import { Select } from '@mantine/core'
import type { ReactNode } from 'react'
import { now } from './now'
import { useZone } from './useZone'
import { offsetName, offsetNames, ownZone } from './zone'

/** In which zone times are shown. */
export function ZonePicker(): ReactNode {
  const { zone, setZone } = useZone()
  const own = ownZone()
  const zones = [...new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')])]
  return (
    <Select
      size="xs"
      label="Time zone"
      searchable
      limit={50}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      value={zone}
      data={zones.map((value) => ({ value, label: `${value}${value === own ? ' (yours)' : ''}` }))}
      description={`Now ${offsetName(now(), zone)}`}
      onChange={(chosen) => chosen && setZone(chosen)}
    />
  )
}

/** The zone's name, as it is at these instants, as a switch between the reader's own and UTC. */
export function ZoneSwitch({ instants }: { instants: readonly number[] }): ReactNode {
  const { zone, setZone } = useZone()
  const other = zone === 'UTC' ? ownZone() : 'UTC'
  return (
    <button
      type="button"
      onClick={() => setZone(other)}
      title={`Times of ${zone}; show those of ${other}`}
      aria-label={`Times of ${zone}; show those of ${other}`}
      style={{ all: 'unset', cursor: 'pointer', color: 'var(--accent-ink)', outline: 'revert' }}
    >
      {offsetNames(instants, zone)}
    </button>
  )
}
