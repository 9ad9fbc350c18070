/** A value inside properties, and how to get there. */
export interface Leaf {
  /** As people read it: `rollout.to`, `hosts[2].name`. */
  path: string
  text: string
  /** The filter that finds events with this value; null: the API has none for it. */
  filter: `prop.${string}` | null
}

const DEEPEST_FILTER = 7 // names of at most 6 dots

/** All values of properties in the order in which they were sent, nested ones by their path. */
export function flatten(properties: unknown): Leaf[] {
  return leaves(properties, '', [])
}

function leaves(value: unknown, path: string, names: readonly string[] | null): Leaf[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((one, at) => leaves(one, `${path}[${at}]`, null))
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, inner]) =>
      leaves(inner, path === '' ? name : `${path}.${name}`, names && !name.includes('.') ? [...names, name] : null),
    )
  }
  if (path === '' && names?.length === 0) return []
  return [{ path, text: written(value), filter: canFilter(value, names) ? `prop.${names.join('.')}` : null }]
}

function canFilter(value: unknown, names: readonly string[] | null): names is readonly string[] {
  const isOne = typeof value === 'string' ? value !== '' : typeof value === 'number' || typeof value === 'boolean'
  return (
    isOne && names !== null && names.length > 0 && names.length <= DEEPEST_FILTER && names.every((name) => name !== '')
  )
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
