import { IconMap2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { LinkButton } from './LinkButton'
import { Page } from './Page'
import { Empty } from './States'

export function Lost(): ReactNode {
  return (
    <Page title="Nothing here">
      <Empty icon={<IconMap2 />} title="There is no such page">
        <LinkButton to="/events" variant="default" mt="sm">
          To the events
        </LinkButton>
      </Empty>
    </Page>
  )
}
