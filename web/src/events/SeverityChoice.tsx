import { Chip, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { SEVERITIES } from './looks'
import { Sign } from './Signs'
import { toggled } from './search'

/** Severities to choose from, all in sight. */
export function SeverityChoice({
  chosen,
  onChange,
}: {
  chosen: readonly string[]
  onChange: (chosen: string[] | undefined) => void
}): ReactNode {
  return (
    <Group gap={4} role="group" aria-label="Severity">
      {SEVERITIES.map((severity) => (
        <Chip
          key={severity}
          size="xs"
          radius="md"
          variant="outline"
          icon={<Sign severity={severity} size={10} />}
          checked={chosen.includes(severity)}
          onChange={() => onChange(toggled(chosen, severity))}
        >
          <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
            {!chosen.includes(severity) && <Sign severity={severity} size={10} />}
            {severity}
          </span>
        </Chip>
      ))}
    </Group>
  )
}
