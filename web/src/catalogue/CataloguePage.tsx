import { Tabs } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useRefused } from '../session/useSession'
import { Page } from '../shell/Page'
import { Entities } from './Entities'
import { ImportEntities } from './ImportEntities'
import { Relations } from './Relations'

const route = getRouteApi('/catalogue')

/** What is known of the services, hosts and databases, and how they stand to each other. */
export function CataloguePage(): ReactNode {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const refused = useRefused('entities:write')
  return (
    <Page title="Catalogue" lead="Entities, their tags and relations">
      <Tabs
        keepMounted={false}
        value={search.tab ?? 'entities'}
        onChange={(tab) =>
          navigate({ search: (now) => ({ ...now, tab: tab === 'relations' || tab === 'import' ? tab : undefined }) })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="entities">Entities</Tabs.Tab>
          <Tabs.Tab value="relations">Relations</Tabs.Tab>
          <Tabs.Tab value="import">Import</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="entities">
          <Entities
            q={search.q}
            type={search.type}
            refused={refused}
            onSearch={(change) => navigate({ search: (now) => ({ ...now, ...change }) })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="relations">
          <Relations refused={refused} />
        </Tabs.Panel>
        <Tabs.Panel value="import">
          <ImportEntities refused={refused} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
