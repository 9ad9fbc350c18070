import { Table } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconTool } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Maintenance } from '../api/nouns'
import { whereShort } from '../events/where'
import { useRefused } from '../session/useSession'
import { Confirm } from '../shell/Confirm'
import { More } from '../shell/More'
import { Page, Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { LongCell, Rows } from '../shell/Rows'
import { Empty, Failed, Waiting } from '../shell/States'
import { Instant } from '../time/Instant'
import { length } from '../time/words'
import classes from './Maintenance.module.css'
import { PlanMaintenance } from './PlanMaintenance'
import { useMaintenance, useRemoveMaintenance } from './useMaintenance'

const MODES: Readonly<Record<Maintenance['mode'], string>> = {
  no_problem: 'alerts open no problem',
  record_only: 'alerts are only recorded',
}

export function MaintenancePage(): ReactNode {
  const refused = useRefused('problems:write')
  const list = useMaintenance()
  const windows = list.data?.pages.flatMap((page) => page.maintenance) ?? []
  const [isPlanning, planning] = useDisclosure(false)
  const [leaving, setLeaving] = useState<Maintenance | null>(null)
  const [changing, setChanging] = useState<Maintenance | null>(null)
  const remove = useRemoveMaintenance()
  return (
    <Page
      title="Maintenance"
      lead="Times in which things are expected to break"
      actions={
        <RefusedButton refused={refused} leftSection={<IconPlus size={16} />} onClick={planning.open}>
          Plan maintenance
        </RefusedButton>
      }
    >
      <Panel flush>
        {list.isPending ? (
          <Waiting />
        ) : !list.data ? (
          <Failed error={list.error} onRetry={() => list.refetch()} />
        ) : windows.length === 0 ? (
          <Empty icon={<IconTool />} title="No maintenance is planned">
            In a window, alerts of what is worked on open no problem, and nobody is woken for them.
          </Empty>
        ) : (
          <Rows label="Maintenance windows" heads={['Name', 'When', 'Next', 'Of what', 'Effect', 'By', '']}>
            {windows.map((window) => (
              <Row
                key={window.id}
                window={window}
                refused={refused}
                onChange={() => setChanging(window)}
                onRemove={() => setLeaving(window)}
              />
            ))}
          </Rows>
        )}
        <More list={list} />
      </Panel>
      {isPlanning && <PlanMaintenance onClose={planning.close} />}
      {changing && <PlanMaintenance window={changing} onClose={() => setChanging(null)} />}
      {leaving && (
        <Confirm
          title={`Remove ${leaving.name}?`}
          verb="Remove"
          isPending={remove.isPending}
          error={remove.error}
          onClose={() => setLeaving(null)}
          onConfirm={() => remove.mutate(leaving.id, { onSuccess: () => setLeaving(null) })}
        >
          Alerts that are open and were covered by it are looked at again, and may open problems.
        </Confirm>
      )}
    </Page>
  )
}

function Row({
  window,
  refused,
  onChange,
  onRemove,
}: {
  window: Maintenance
  refused: string | null
  onChange: () => void
  onRemove: () => void
}): ReactNode {
  const lasts = length(Date.parse(window.ends_at) - Date.parse(window.starts_at))
  return (
    <Table.Tr>
      <LongCell>
        <b>{window.name}</b>
        {window.active && <span className={classes.active}>goes on</span>}
        {window.description && <div className={classes.soft}>{window.description}</div>}
      </LongCell>
      <Table.Td>
        <Instant at={window.starts_at} />, {lasts}
        {window.recurrence !== 'once' && (
          <div className={classes.soft}>
            {window.recurrence}, by the clock of {window.time_zone}
          </div>
        )}
      </Table.Td>
      <Table.Td>
        {window.active ? 'now' : window.next ? <Instant at={window.next.starts_at} relative /> : 'all over'}
      </Table.Td>
      <LongCell>
        {window.scope || window.entities
          ? whereShort({ scope: window.scope, entities: window.entities ?? [] })
          : 'Everything'}
      </LongCell>
      <Table.Td>{MODES[window.mode]}</Table.Td>
      <LongCell>{window.created_by}</LongCell>
      <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
        <RefusedButton
          refused={refused}
          size="compact-xs"
          variant="default"
          mr={6}
          aria-label={`Change ${window.name}`}
          onClick={onChange}
        >
          Change
        </RefusedButton>
        <RefusedButton
          refused={refused}
          size="compact-xs"
          variant="default"
          aria-label={`Remove ${window.name}`}
          onClick={onRemove}
        >
          Remove
        </RefusedButton>
      </Table.Td>
    </Table.Tr>
  )
}
