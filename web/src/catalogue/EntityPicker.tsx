import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import { useEntities, useEntity } from './useEntities'

interface EntityPickerProps {
  label: string
  value: string | null
  onChange: (id: string | null) => void
}

/** Finds an entity by its name, tag or description. */
export function EntityPicker({ label, value, onChange }: EntityPickerProps): ReactNode {
  const [typed, setTyped] = useState('')
  const [wanted] = useDebouncedValue(typed, 250)
  const chosen = useEntity(value)
  const found = useEntities({ ...(wanted.trim() ? { q: [wanted.trim()] } : {}), limit: 50 })
  const offered = [...(chosen.data ? [chosen.data] : []), ...(found.data?.pages[0]?.entities ?? [])]
  const data = [...new Map(offered.map((one) => [one.id, { value: one.id, label: named(one) }])).values()]
  return (
    <Select
      label={label}
      placeholder="Find one…"
      searchable
      clearable
      filter={({ options }) => options}
      onSearchChange={setTyped}
      data={data}
      value={value}
      onChange={onChange}
    />
  )
}

function named({ name, cluster, type }: { name: string; cluster: string; type: string }): string {
  return [name, cluster, type === 'SERVICE' ? '' : type.toLowerCase()].filter(Boolean).join(' · ')
}
