import { Group, Select, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Relation, RelationKind } from '../api/nouns'
import { Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { Failed, Waiting } from '../shell/States'
import classes from './Catalogue.module.css'
import { EntityLink } from './EntityLink'
import { EntityPicker } from './EntityPicker'
import { useSurroundings } from './useEntities'
import { useRelate, useUnrelate } from './useRegister'

const KINDS: Readonly<Record<RelationKind, string>> = {
  calls: 'calls',
  runs_on: 'runs on',
  part_of: 'is part of',
  depends_on: 'depends on',
}

/** How entities stand to each other: looked at around one, added and taken away. */
export function Relations({ refused }: { refused: string | null }): ReactNode {
  const [about, setAbout] = useState<string | null>(null)
  return (
    <div className={classes.pair}>
      <Panel title="Around an entity">
        <Stack>
          <EntityPicker label="Entity" value={about} onChange={setAbout} />
          {about ? (
            <Around entity={about} refused={refused} />
          ) : (
            <Text size="sm" c="dimmed">
              Relations say how a symptom can spread: from what is called to who calls, from a host to what runs on it.
              The causes of problems are found along them.
            </Text>
          )}
        </Stack>
      </Panel>
      <NewRelation key={about} from={about} refused={refused} />
    </div>
  )
}

function Around({ entity, refused }: { entity: string; refused: string | null }): ReactNode {
  const around = useSurroundings(entity, 1)
  const unrelate = useUnrelate()
  if (around.isPending) return <Waiting rows={3} />
  if (!around.data) return <Failed error={around.error} onRetry={() => around.refetch()} />
  const named = new Map(around.data.entities.map((one) => [one.id, one]))
  const own = around.data.relations.filter(({ from, to }) => from === entity || to === entity)
  return (
    <ul className={classes.list}>
      {own.length === 0 && <li>None is known.</li>}
      {own.map((relation) => {
        const [from, to] = [named.get(relation.from), named.get(relation.to)]
        return (
          <li key={`${relation.from} ${relation.kind} ${relation.to}`} className={classes.relation}>
            {from && <EntityLink entity={from} />}
            <span className={classes.kind}>{KINDS[relation.kind]}</span>
            {to && <EntityLink entity={to} />}
            <RefusedButton
              refused={refused}
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={`Remove: ${from?.name} ${KINDS[relation.kind]} ${to?.name}`}
              onClick={() => unrelate.mutate([relation])}
            >
              Remove
            </RefusedButton>
          </li>
        )
      })}
      {unrelate.error && <Failed error={unrelate.error} />}
    </ul>
  )
}

function NewRelation({ from: about, refused }: { from: string | null; refused: string | null }): ReactNode {
  const [from, setFrom] = useState<string | null>(about)
  const [to, setTo] = useState<string | null>(null)
  const [kind, setKind] = useState<RelationKind>('calls')
  const relate = useRelate()
  const isGood = from !== null && to !== null && from !== to
  const relation: Relation[] = isGood ? [{ from, to, kind }] : []
  return (
    <Panel title="Add a relation">
      <Stack>
        <EntityPicker label="From" value={from} onChange={setFrom} />
        <Select
          label="Relation"
          allowDeselect={false}
          value={kind}
          data={(Object.keys(KINDS) as RelationKind[]).map((value) => ({ value, label: KINDS[value] }))}
          onChange={(chosen) => chosen && setKind(chosen)}
        />
        <EntityPicker label="To" value={to} onChange={setTo} />
        {relate.error && <Failed error={relate.error} />}
        <Group>
          <RefusedButton
            refused={refused ?? (isGood ? null : 'Choose two entities')}
            loading={relate.isPending}
            onClick={() => relate.mutate(relation, { onSuccess: () => setTo(null) })}
          >
            Add it
          </RefusedButton>
          {relate.isSuccess && (
            <Text size="sm" role="status">
              Added.
            </Text>
          )}
        </Group>
      </Stack>
    </Panel>
  )
}
