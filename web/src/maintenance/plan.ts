import type { Maintenance, MaintenanceChange, MaintenanceIn } from '../api/nouns'
import { fromField, toField } from '../time/field'

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
}

const HOUR_MS = 3_600_000
const STEP_MS = 300_000

/** An hour, from the next round five minutes on, of everything. */
export function blank(now: number, zone: string): PlanForm {
  const start = Math.ceil(now / STEP_MS) * STEP_MS
  return {
    name: '',
    description: '',
    starts: toField(start, zone),
    ends: toField(start + HOUR_MS, zone),
    recurrence: 'once',
    last: '',
    mode: 'no_problem',
    clusters: [],
    namespaces: [],
    services: [],
  }
}

/** A window by the clock of its own zone, which later occurrences keep to. */
export function formOf(window: Maintenance): PlanForm {
  const field = (time: string) => toField(Date.parse(time), window.time_zone)
  return {
    name: window.name,
    description: window.description,
    starts: field(window.starts_at),
    ends: field(window.ends_at),
    recurrence: window.recurrence,
    last: window.last_at ? field(window.last_at) : '',
    mode: window.mode,
    clusters: window.scope?.clusters ?? [],
    namespaces: window.scope?.namespaces ?? [],
    services: window.scope?.services ?? [],
  }
}

export const isEverything = ({ clusters, namespaces, services }: PlanForm): boolean =>
  clusters.length + namespaces.length + services.length === 0

/** What is wrong with it, as far as can be told here; null: nothing. */
export function faultOf(form: PlanForm, zone: string): string | null {
  const [start, end] = [fromField(form.starts, zone), fromField(form.ends, zone)]
  if (form.name.trim() === '') return 'It has no name'
  if (start === null || end === null) return 'It has no times'
  if (end <= start) return 'It ends before it starts'
  return form.last !== '' && fromField(form.last, zone) === null ? 'The last start is no time' : null
}

/** The window that a good form asks for. */
export function planOf(form: PlanForm, zone: string): MaintenanceIn {
  const { clusters, namespaces, services } = form
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    starts_at: instant(form.starts, zone),
    ends_at: instant(form.ends, zone),
    time_zone: zone,
    recurrence: form.recurrence,
    last_at: form.recurrence === 'once' || form.last === '' ? null : instant(form.last, zone),
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

function instant(field: string, zone: string): string {
  return new Date(fromField(field, zone) ?? Number.NaN).toISOString()
}
