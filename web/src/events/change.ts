import { objectOf } from '../api/json'
import type { Event, EventChange, Severity } from '../api/nouns'
import { fromField, toField } from '../time/field'

/** An event as a form holds it: everything is text. */
export interface EventForm {
  title: string
  severity: Severity
  description: string
  url: string
  /** One a line: its address, and behind a space its title. */
  links: string
  start: string
  /** Empty: a moment, or one that goes on. */
  end: string
  /** JSON. */
  properties: string
}

export function formOf(event: Event, zone: string): EventForm {
  return {
    title: event.title,
    severity: event.severity,
    description: event.description,
    url: event.url ?? '',
    links: event.links.map(({ title, url }) => `${url} ${title}`.trim()).join('\n'),
    start: toField(Date.parse(event.time), zone),
    end: event.end_time ? toField(Date.parse(event.end_time), zone) : '',
    properties: JSON.stringify(event.properties, null, 2),
  }
}

/** What is to be sent: only what is another than before. Or what means nothing, by the name of its field. */
export type Change = { change: EventChange } | { faults: Faults }
type Faults = Partial<Record<keyof EventForm, string>>

export function changeOf(before: EventForm, after: EventForm, zone: string): Change {
  const fields = (Object.keys(FIELDS) as (keyof EventForm)[]).filter((field) => after[field] !== before[field])
  const read = fields.map((field) => ({ field, ...FIELDS[field].read(after[field], zone) }))
  const faults = read.flatMap(({ field, fault }) => (fault === undefined ? [] : [[field, fault] as const]))
  if (faults.length > 0) return { faults: Object.fromEntries(faults) }
  return { change: Object.fromEntries(read.map(({ field, value }) => [FIELDS[field].name, value])) }
}

interface Read {
  value?: unknown
  /** Why it means nothing. */
  fault?: string
}

interface Field {
  /** As the API calls it. */
  name: keyof EventChange
  read: (text: string, zone: string) => Read
}

const asItIs = (text: string): Read => ({ value: text })

const FIELDS: Readonly<Record<keyof EventForm, Field>> = {
  title: { name: 'title', read: (text) => (text.trim() === '' ? { fault: 'Is required' } : { value: text }) },
  severity: { name: 'severity', read: asItIs },
  description: { name: 'description', read: asItIs },
  url: { name: 'url', read: (text) => ({ value: text.trim() || null }) },
  links: { name: 'links', read: (text) => ({ value: linksOf(text) }) },
  start: { name: 'time', read: instant },
  end: { name: 'end_time', read: (text, zone) => (text === '' ? { value: null } : instant(text, zone)) },
  properties: {
    name: 'properties',
    read: (text) => {
      const value = objectOf(text)
      return value === null ? { fault: 'Is no JSON object' } : { value }
    },
  },
}

function instant(field: string, zone: string): Read {
  const at = fromField(field, zone)
  return at === null ? { fault: 'Is no time' } : { value: new Date(at).toISOString() }
}

function linksOf(text: string): { title: string; url: string }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [url = '', ...title] = line.split(/\s+/)
      return { url, title: title.join(' ') }
    })
}
