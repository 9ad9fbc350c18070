import { CloseButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { useEntity } from '../catalogue/useEntities'
import { SearchField } from '../shell/SearchField'
import classes from './FilterBar.module.css'
import { type EventFilter, parts, toggled } from './search'

interface FilterBarProps {
  filter: EventFilter
  onFilter: (change: EventFilter) => void
}

/** The search box, and all that narrows the list, each to be taken away. */
export function SearchBox({ filter, onFilter }: FilterBarProps): ReactNode {
  return (
    <SearchField
      className={classes.search}
      label="Search events"
      placeholder="Search titles, descriptions, types, values…"
      value={filter.q}
      onChange={(q) => onFilter({ q })}
    />
  )
}

export function Chips({ filter, onFilter }: FilterBarProps): ReactNode {
  const all = parts(filter)
  if (all.length === 0) return null
  return (
    <ul className={classes.chips} aria-label="Filters">
      {all.map(({ name, value }) => (
        <li key={`${name}=${value}`} className={classes.chip}>
          <span className={classes.name}>{name.replace(/^prop\./, '')}</span>
          <ChipValue name={name} value={value} />
          <CloseButton
            size={18}
            aria-label={`Remove ${name} ${value}`}
            onClick={() => onFilter({ [name]: toggled(filter[name], value) })}
          />
        </li>
      ))}
      {all.length > 1 && (
        <li>
          <button
            type="button"
            className={classes.clear}
            onClick={() => onFilter(Object.fromEntries(all.map(({ name }) => [name, undefined])))}
          >
            Clear all
          </button>
        </li>
      )}
    </ul>
  )
}

/** What is chosen, in words: an entity by its name, while the address has its id. */
function ChipValue({ name, value }: { name: string; value: string }): ReactNode {
  const entity = useEntity(name === 'entity' ? value : null)
  return (
    <span className={classes.value} title={value}>
      {entity.data?.name ?? value}
    </span>
  )
}
