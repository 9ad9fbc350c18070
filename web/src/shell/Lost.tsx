import { IconMap2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useSession } from '../session/useSession'
import { LinkButton } from './LinkButton'
import { Page } from './Page'
import { firstPage } from './pages'
import { Empty } from './States'

export function Lost(): ReactNode {
  return (
    <Page title="Nothing here">
      <Empty icon={<IconMap2 />} title="There is no such page">
        <LinkButton to={firstPage(useSession())} variant="default" mt="sm">
          To the first page
        </LinkButton>
      </Empty>
    </Page>
  )
}
