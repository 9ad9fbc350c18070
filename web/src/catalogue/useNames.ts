import { useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import type { Entity } from '../api/nouns'
import { useMay } from '../session/useSession'
import { entityKey } from './useEntities'

const NAME = ['entities', 'name'] as const
const keyOf = (id: string) => [...NAME, id] as const
const DAY_MS = 24 * 3_600_000

/** What the entities are called; an id, until that is known, where nobody has it, and for who may not read the catalogue.
 *  Those that are not known yet are asked for together. */
export function useNames(ids: readonly string[]): (id: string) => string {
  const client = useQueryClient()
  const mayRead = useMay('entities:read')
  const nameOf = (id: string) =>
    client.getQueryData<string>(keyOf(id)) ?? (client.getQueryData<Entity>(entityKey(id))?.name || undefined)
  const unknown = [...new Set(ids)].filter((id) => nameOf(id) === undefined).sort()
  useQuery({
    queryKey: ['entities', 'names', unknown],
    queryFn: async ({ signal }) => {
      const query = { id: unknown, limit: unknown.length }
      const { entities } = await answer(api.GET('/v1/entities', { params: { query }, signal }))
      const names = new Map(entities.map(({ id, name }) => [id, name]))
      client.setQueryDefaults(NAME, { gcTime: DAY_MS }) // nothing watches them: they would be forgotten while they are shown
      for (const id of unknown) client.setQueryData(keyOf(id), names.get(id) || id)
      return null
    },
    enabled: mayRead && unknown.length > 0,
  })
  return (id) => nameOf(id) ?? id
}
