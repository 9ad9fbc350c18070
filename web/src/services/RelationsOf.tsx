import { Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Entity, RelationKind } from '../api/nouns'
import { EntityLink } from '../catalogue/EntityLink'
import { useSurroundings } from '../catalogue/useEntities'
import { Panel } from '../shell/Page'
import { Failed, Waiting } from '../shell/States'
import classes from './Services.module.css'

const WORDS: Readonly<Record<RelationKind, readonly [string, string]>> = {
  calls: ['Calls', 'Is called by'],
  runs_on: ['Runs on', 'On it run'],
  part_of: ['Is part of', 'Has the parts'],
  depends_on: ['Depends on', 'On it depend'],
}

interface RelationsOfProps {
  entity: Entity
  lanes: readonly string[]
  /** None: there are no lanes to add to. */
  onAdd?: ((id: string) => void) | undefined
}

/** What an entity has to do with others, in both directions. */
export function RelationsOf({ entity, lanes, onAdd }: RelationsOfProps): ReactNode {
  const around = useSurroundings(entity.id, 1)
  if (around.isPending) return <Waiting rows={3} />
  if (!around.data) return <Failed error={around.error} onRetry={() => around.refetch()} />
  const { entities, relations } = around.data
  const named = new Map(entities.map((one) => [one.id, one]))
  const groups = (Object.keys(WORDS) as RelationKind[]).flatMap((kind) => {
    const of = relations.filter((one) => one.kind === kind)
    return [
      { title: WORDS[kind][0], ids: of.filter(({ from }) => from === entity.id).map(({ to }) => to) },
      { title: WORDS[kind][1], ids: of.filter(({ to }) => to === entity.id).map(({ from }) => from) },
    ]
  })
  const shown = groups.filter(({ ids }) => ids.length > 0)
  return (
    <Panel title="Relations">
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          None is known. They say how a symptom can spread: <code>PUT /v1/relations</code>.
        </Text>
      )}
      <div className={classes.relations}>
        {shown.map(({ title, ids }) => (
          <div key={title} className={classes.relation}>
            <h3>{title}</h3>
            <div className={classes.entities}>
              {ids.map((id) => {
                const one = named.get(id)
                return one ? <EntityLink key={id} entity={one} /> : null
              })}
              {onAdd && ids.some((id) => !lanes.includes(id)) && ids.length === 1 && (
                <Button size="compact-xs" variant="subtle" onClick={() => onAdd(ids[0] ?? '')}>
                  + lane
                </Button>
              )}
            </div>
          </div>
        ))}
      </div>
    </Panel>
  )
}
