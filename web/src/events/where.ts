import type { Event, Scope } from '../api/nouns'

/** Of how many entities a row says the names. */
export const NAMED = 2

/** What an event concerns, in a few words for a row. `nameOf`: what an entity is called that has this id. */
export function whereShort(
  { scope, entities }: Pick<Event, 'scope' | 'entities'>,
  nameOf: (id: string) => string = (id) => id,
): string {
  if (!scope) {
    return entities.length === 0 ? 'Nothing that is known' : few(entities, nameOf)
  }
  if (isEverywhere(scope)) return 'Every service'
  const place = [scope.clusters, scope.namespaces].filter((names) => names.length > 0).map((names) => few(names))
  if (scope.services.length === 0) return `All in ${place.join(' / ')}`
  return place.length === 0 ? few(scope.services) : `${few(scope.services)} · ${place.join(' / ')}`
}

/** The same as a sentence. */
export function whereSentence(event: Pick<Event, 'scope' | 'entities'>): string {
  const { scope, entities } = event
  if (!scope) {
    if (entities.length === 0) return 'Nothing that is known here'
    return entities.length === 1 ? 'One entity, by its id' : `${entities.length} entities, by their ids`
  }
  if (isEverywhere(scope)) return 'Every service of the account'
  const services = scope.services.length === 0 ? 'Every service' : `The ${plural('service', scope.services)}`
  const namespaces = scope.namespaces.length === 0 ? '' : ` in the ${plural('namespace', scope.namespaces)}`
  const clusters =
    scope.clusters.length === 0 ? '' : ` ${namespaces ? 'of' : 'in'} the ${plural('cluster', scope.clusters)}`
  return `${services}${namespaces}${clusters}`
}

export function isEverywhere({ clusters, namespaces, services }: Scope): boolean {
  return clusters.length + namespaces.length + services.length === 0
}

function plural(noun: string, names: readonly string[]): string {
  const listed = names.length > 5 ? [...names.slice(0, 4), `${names.length - 4} more`] : names
  if (listed.length === 1) return `${noun} ${listed[0]}`
  return `${noun}s ${listed.slice(0, -1).join(', ')} or ${listed.at(-1)}`
}

function few(names: readonly string[], spell: (name: string) => string = (name) => name): string {
  const shown = names.slice(0, NAMED).map(spell).join(', ')
  return names.length > NAMED ? `${shown} +${names.length - NAMED}` : shown
}
