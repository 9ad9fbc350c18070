import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { stringifyQuery } from '../address/query'
import type { Stretch } from '../time/window'
import { type EventFilter, eventQuery } from './search'

const FORMATS = [
  ['csv', 'CSV, for a spreadsheet'],
  ['ndjson', 'NDJSON, one event a line'],
  ['markdown', 'Markdown, a table to paste'],
] as const

/** All events of the list as a file, streamed by the server. */
export function ExportMenu({
  filter,
  stretch,
  order,
}: {
  filter: EventFilter
  stretch: Stretch
  order: string
}): ReactNode {
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="default" h={34} px={12} leftSection={<IconDownload size={16} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(([format, words]) => (
          <Menu.Item
            key={format}
            component="a"
            download
            href={`/v1/events/export${stringifyQuery({ ...eventQuery(filter, stretch), order, format })}`}
          >
            {words}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
