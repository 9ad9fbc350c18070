import type { EntityIn } from '../api/nouns'

/** What was read of a text: entities to be sent, or why there are none. */
export type Read = { entities: EntityIn[] } | { fault: string }

const MOST = 10_000

/** JSON of `PUT /v1/entities`, a list of entities, or one alone. Whether each is good is for the server to say. */
export function readEntities(text: string): Read {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { fault: error instanceof Error ? `No JSON: ${error.message}` : 'No JSON' }
  }
  const listed =
    isObject(value) && Array.isArray(value.entities) ? value.entities : Array.isArray(value) ? value : [value]
  if (listed.length === 0) return { fault: 'There are no entities in it' }
  if (listed.length > MOST)
    return { fault: `At most ${MOST.toLocaleString('en')} at a time; these are ${listed.length.toLocaleString('en')}` }
  const bad = listed.findIndex((one) => !isEntity(one))
  if (bad >= 0) return { fault: `entities[${bad}] has no name` }
  return { entities: listed.filter(isEntity) }
}

function isEntity(value: unknown): value is EntityIn {
  return isObject(value) && typeof value.name === 'string' && value.name !== ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
