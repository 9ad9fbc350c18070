import { Button, MultiSelect, Popover, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Entity } from '../api/nouns'
import { useEntities, useEntitiesNamed, useSurroundings } from '../catalogue/useEntities'

interface LanePickerProps {
  entity: Entity
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

const MOST = 49

/** Adds lanes: what is around the entity at a click, anything else by its name. */
export function LanePicker({ entity, chosen, onChange }: LanePickerProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const around = useSurroundings(isOpen ? entity.id : null, 1)
  const near = (around.data?.entities ?? []).map(({ id }) => id).filter((id) => id !== entity.id)
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={360} shadow="md" trapFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setOpen(!isOpen)}
        >
          Lanes{chosen.length > 0 ? ` (${chosen.length + 1})` : ''}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Lanes">
        <Button
          mb="sm"
          h="auto"
          py={6}
          size="xs"
          styles={{ label: { whiteSpace: 'normal', lineHeight: 1.35 } }}
          data-autofocus
          variant="light"
          fullWidth
          loading={around.isFetching}
          disabled={near.every((id) => chosen.includes(id))}
          onClick={() => {
            setOpen(false)
            onChange([...new Set([...chosen, ...near])].slice(0, MOST))
          }}
        >
          Add all that it depends on, and that depend on it
        </Button>
        {isOpen && <Picker entity={entity} chosen={chosen} onChange={onChange} />}
        <Text size="xs" c="dimmed" mt={6}>
          At most 50 lanes.
        </Text>
      </Popover.Dropdown>
    </Popover>
  )
}

function Picker({ entity, chosen, onChange }: LanePickerProps): ReactNode {
  const [typed, setTyped] = useState('')
  const [wanted] = useDebouncedValue(typed, 250)
  const found = useEntities({ ...(wanted.trim() ? { q: [wanted.trim()] } : {}), limit: 50 })
  const { entities: known } = useEntitiesNamed(chosen)
  const offered = [...known, ...(found.data?.pages[0]?.entities ?? [])].filter(({ id }) => id !== entity.id)
  const data = [...new Map(offered.map((one) => [one.id, { value: one.id, label: labelOf(one) }])).values()]
  return (
    <MultiSelect
      label="Lanes beside this one"
      placeholder="Find services, hosts, …"
      searchable
      clearable
      maxValues={MOST}
      comboboxProps={{ withinPortal: false }}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      value={known.map(({ id }) => id)}
      data={data}
      onChange={onChange}
    />
  )
}

function labelOf({ name, type, cluster }: Entity): string {
  return [name, cluster, type === 'SERVICE' ? '' : type.toLowerCase()].filter(Boolean).join(' · ')
}
