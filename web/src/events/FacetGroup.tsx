import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import type { Choice } from './choices'
import classes from './FacetGroup.module.css'
import { SEVERITIES } from './looks'
import { Sign } from './Signs'
import type { Facet } from './search'

interface FacetGroupProps {
  facet: Facet
  name: string
  values: readonly Choice[]
  /** How many further values there are. */
  more: number
  chosen: readonly string[]
  onToggle: (value: string) => void
  onClear: () => void
}

const SHORT = 7

export function FacetGroup({ facet, name, values, more, chosen, onToggle, onClear }: FacetGroupProps): ReactNode {
  const body = useId()
  const [isOpen, setOpen] = useState(facet !== 'dialect')
  const [isLong, setLong] = useState(false)
  const [wanted, setWanted] = useState('')
  const all = withChosen(values, chosen)
  const found = all.filter(({ value }) => value.toLowerCase().includes(wanted.trim().toLowerCase()))
  const shown = isLong || wanted !== '' ? found : found.slice(0, SHORT)
  const highest = Math.max(1, ...all.map(({ count }) => count))
  const count = all.length + more
  if (count === 0) return null
  return (
    <section className={classes.group}>
      <div className={classes.head}>
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={isOpen}
          aria-controls={body}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
          {name}
          <span className={classes.many}>{count}</span>
        </button>
        {chosen.length > 0 && (
          <button type="button" className={classes.clear} onClick={onClear} aria-label={`Clear ${name}`}>
            clear
          </button>
        )}
      </div>
      {isOpen && (
        <div id={body}>
          {count > 5 && (
            <input
              className={classes.search}
              type="search"
              placeholder={`Find ${name.toLowerCase()}…`}
              aria-label={`Find ${name.toLowerCase()}`}
              value={wanted}
              onChange={(changed) => setWanted(changed.currentTarget.value)}
              onKeyDown={(pressed) => {
                if (pressed.key !== 'Enter' || wanted.trim() === '') return
                onToggle(found.length === 1 ? (found[0]?.value ?? '') : wanted.trim())
                setWanted('')
              }}
            />
          )}
          {shown.map(({ value, count: times }) => (
            <label key={value} className={classes.value} title={value}>
              <input type="checkbox" checked={chosen.includes(value)} onChange={() => onToggle(value)} />
              <Label facet={facet} value={value} />
              <span className={classes.count}>{times.toLocaleString('en')}</span>
              <span className={classes.bar} style={{ width: `${(times / highest) * 100}%` }} />
            </label>
          ))}
          {wanted !== '' && shown.length === 0 && (
            <p className={classes.none}>
              {more > 0 ? 'Not among the 50 most frequent: Enter chooses it' : 'No such value'}
            </p>
          )}
          {found.length > SHORT && wanted === '' && (
            <button type="button" className={classes.long} onClick={() => setLong(!isLong)}>
              {isLong ? 'Show fewer' : `Show all ${count}`}
            </button>
          )}
          {isLong && more > 0 && <p className={classes.none}>{more} rarer ones are not listed</p>}
        </div>
      )}
    </section>
  )
}

function Label({ facet, value }: { facet: Facet; value: string }): ReactNode {
  const severity = facet === 'severity' ? SEVERITIES.find((one) => one === value) : undefined
  return (
    <span className={classes.label}>
      {severity && <Sign severity={severity} size={11} />}
      <span className={classes.text}>{value}</span>
    </span>
  )
}

/** What is chosen stays in the list, even when it does not occur. */
function withChosen(values: readonly Choice[], chosen: readonly string[]): Choice[] {
  const missing = chosen.filter((one) => !values.some(({ value }) => value === one))
  return [...missing.map((value) => ({ value, count: 0 })), ...values]
}
