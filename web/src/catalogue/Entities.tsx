import { Group, Table, TextInput } from '@mantine/core'
import { IconSitemap } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Entity } from '../api/nouns'
import { Confirm } from '../shell/Confirm'
import { More } from '../shell/More'
import { Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { LongCell, Rows } from '../shell/Rows'
import { SearchField } from '../shell/SearchField'
import { Empty, Failed, Waiting } from '../shell/States'
import { Instant } from '../time/Instant'
import classes from './Catalogue.module.css'
import { EntityLink } from './EntityLink'
import { useEntities } from './useEntities'
import { useRemoveEntity } from './useRegister'

interface EntitiesProps {
  q: string | undefined
  type: string | undefined
  refused: string | null
  onSearch: (change: { q?: string | undefined; type?: string | undefined }) => void
}

export function Entities({ q, type, refused, onSearch }: EntitiesProps): ReactNode {
  const list = useEntities({ ...(q ? { q: [q] } : {}), ...(type ? { type: [type] } : {}), limit: 200 })
  const [leaving, setLeaving] = useState<Entity | null>(null)
  const remove = useRemoveEntity()
  const entities = list.data?.pages.flatMap((page) => page.entities) ?? []
  return (
    <>
      <Group mb="md">
        <SearchField
          label="Search entities"
          placeholder="Name, tag or description…"
          value={q}
          onChange={(text) => onSearch({ q: text })}
        />
        <TextInput
          key={type}
          aria-label="Type"
          placeholder="Type, as SERVICE"
          defaultValue={type}
          onBlur={(left) => onSearch({ type: left.currentTarget.value.trim().toUpperCase() || undefined })}
          onKeyDown={(pressed) => pressed.key === 'Enter' && pressed.currentTarget.blur()}
        />
      </Group>
      <Panel flush>
        {list.isPending ? (
          <Waiting />
        ) : !list.data ? (
          <Failed error={list.error} onRetry={() => list.refetch()} />
        ) : entities.length === 0 ? (
          <Empty icon={<IconSitemap />} title={q || type ? 'Nothing matches' : 'The catalogue is empty'}>
            {!(q || type) &&
              'Events name services by their names; what is registered is matched, and has a page and a timeline of its own.'}
          </Empty>
        ) : (
          <Rows label="Entities" heads={['Entity', 'Type', 'Tag', 'Tags', 'Last seen', '']}>
            {entities.map((entity) => (
              <Table.Tr key={entity.id}>
                <LongCell>
                  <EntityLink entity={{ ...entity, type: 'SERVICE' }} />
                </LongCell>
                <Table.Td>{entity.type}</Table.Td>
                <LongCell ff="monospace" fz="xs" title={entity.id}>
                  {entity.tag}
                </LongCell>
                <LongCell>
                  <span className={classes.tags}>
                    {entity.tags.slice(0, 6).map(({ context, key, value }) => (
                      <span key={context + key + value} className={classes.tag} title={context}>
                        {key}
                        {value && `: ${value}`}
                      </span>
                    ))}
                    {entity.tags.length > 6 && <span className={classes.tag}>+{entity.tags.length - 6}</span>}
                  </span>
                </LongCell>
                <Table.Td>
                  <Instant at={entity.last_seen} relative />
                </Table.Td>
                <Table.Td ta="right">
                  <RefusedButton
                    refused={refused}
                    size="compact-xs"
                    variant="default"
                    aria-label={`Remove ${entity.name}`}
                    onClick={() => setLeaving(entity)}
                  >
                    Remove
                  </RefusedButton>
                </Table.Td>
              </Table.Tr>
            ))}
          </Rows>
        )}
        <More list={list} />
      </Panel>
      {leaving && (
        <Confirm
          title={`Remove ${leaving.name}?`}
          verb="Remove"
          isPending={remove.isPending}
          error={remove.error}
          onClose={() => setLeaving(null)}
          onConfirm={() => remove.mutate(leaving.id, { onSuccess: () => setLeaving(null) })}
        >
          Its relations go with it; its past events stay.
        </Confirm>
      )}
    </>
  )
}
