import type { Maintenance, MaintenanceChange, MaintenanceIn } from '../api/nouns'
import { fromField, readField, toField } from '../time/field'

/** A window of maintenance as a form holds it. */
export interface PlanForm {
  name: string
  description: string
  starts: string
  ends: string
  recurrence: MaintenanceIn['recurrence']
  /** Of what recurs: no occurrence begins after it; empty: without end. */
  last: string
  mode: MaintenanceIn['mode']
  clusters: string[]
  namespaces: string[]
  services: string[]
  /** What its times were when nobody had touched them. */
  before: Readonly<Record<TimeName, number | null>>
}

type TimeName = 'starts' | 'ends' | 'last'

const HOUR_MS = 3_600_000
const STEP_MS = 300_000

/** An hour, from the next round five minutes on, of everything. */
export function blank(now: number, zone: string): PlanForm {
  const start = Math.ceil(now / STEP_MS) * STEP_MS
  const before = { starts: start, ends: start + HOUR_MS, last: null }
  return {
    name: '',
    description: '',
    starts: toField(before.starts, zone),
    ends: toField(before.ends, zone),
    recurrence: 'once',
    last: '',
    mode: 'no_problem',
    clusters: [],
    namespaces: [],
    services: [],
    before,
  }
}

/** A window by the clock of its own zone, which later occurrences keep to. */
export function formOf(window: Maintenance): PlanForm {
  const before = {
    starts: Date.parse(window.starts_at),
    ends: Date.parse(window.ends_at),
    last: window.last_at ? Date.parse(window.last_at) : null,
  }
  const field = (at: number) => toField(at, window.time_zone)
  return {
    name: window.name,
    description: window.description,
    starts: field(before.starts),
    ends: field(before.ends),
    recurrence: window.recurrence,
    last: before.last === null ? '' : field(before.last),
    mode: window.mode,
    clusters: window.scope?.clusters ?? [],
    namespaces: window.scope?.namespaces ?? [],
    services: window.scope?.services ?? [],
    before,
  }
}

export const isEverything = ({ clusters, namespaces, services }: PlanForm): boolean =>
  clusters.length + namespaces.length + services.length === 0

/** What is wrong with it, as far as can be told here; null: nothing. */
export function faultOf(form: PlanForm, zone: string): string | null {
  const [start, end] = [timeOf(form, 'starts', zone), timeOf(form, 'ends', zone)]
  if (form.name.trim() === '') return 'It has no name'
  if (start === null || end === null) return 'It has no times'
  if (end <= start) return 'It ends before it starts'
  return form.last !== '' && timeOf(form, 'last', zone) === null ? 'The last start is no time' : null
}

/** The window that a good form asks for. */
export function planOf(form: PlanForm, zone: string): MaintenanceIn {
  const { clusters, namespaces, services } = form
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    starts_at: instant(form, 'starts', zone),
    ends_at: instant(form, 'ends', zone),
    time_zone: zone,
    recurrence: form.recurrence,
    last_at: form.recurrence === 'once' || form.last === '' ? null : instant(form, 'last', zone),
    mode: form.mode,
    ...(isEverything(form) ? {} : { scope: { clusters, namespaces, services } }),
  }
}

/** What is another than before. Whose alerts it is about stays, unless other places are named. */
export function changeOf(before: PlanForm, after: PlanForm, zone: string): MaintenanceChange {
  const [was, is] = [planOf(before, zone), planOf(after, zone)]
  const fields = ['name', 'description', 'starts_at', 'ends_at', 'recurrence', 'last_at', 'mode'] as const
  const changed = fields.filter((field) => was[field] !== is[field]).map((field) => [field, is[field]] as const)
  const isElsewhere = JSON.stringify(was.scope) !== JSON.stringify(is.scope)
  return { ...Object.fromEntries(changed), ...(isElsewhere ? { scope: is.scope ?? null } : {}) }
}

function timeOf(form: PlanForm, name: TimeName, zone: string): number | null {
  const before = form.before[name]
  return before === null ? fromField(form[name], zone) : readField(form[name], zone, before)
}

function instant(form: PlanForm, name: TimeName, zone: string): string {
  return new Date(timeOf(form, name, zone) ?? Number.NaN).toISOString()
}
