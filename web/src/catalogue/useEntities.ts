import { type UseQueryResult, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import type { Entity, EntityQuery } from '../api/nouns'
import { Refusal } from '../api/refusal'
import { useMay } from '../session/useSession'
import { gathered } from './gathered'

/** Under which it is kept, by what it was asked for. */
export const entityKey = (name: string | null) => ['entities', 'one', name] as const

/** An entity by id, cid, alias or tag; who may not read the catalogue asks for none. */
export function useEntity(name: string | null) {
  const mayRead = useMay('entities:read')
  return useQuery({
    queryKey: entityKey(name),
    queryFn: ({ signal }) => answer(api.GET('/v1/entities/{name}', { params: { path: { name: name ?? '' } }, signal })),
    enabled: mayRead && name !== null,
    staleTime: 5 * 60_000,
  })
}

interface Named {
  entities: Entity[]
  isPending: boolean
  /** Why not all are known that there are. */
  error: Error | null
  /** What failed is being asked again. */
  isAskedAgain: boolean
  askAgain: () => void
}

type Asked = Pick<UseQueryResult<Entity>, 'data' | 'isPending' | 'isFetching' | 'error' | 'refetch'>

const together = (asked: readonly Asked[]): Named => {
  const failed = asked.filter(({ error }) => error && !(error instanceof Refusal && error.status === 404))
  return {
    entities: asked.flatMap(({ data }) => (data ? [data] : [])),
    isPending: asked.some(({ isPending }) => isPending),
    error: failed[0]?.error ?? null,
    isAskedAgain: failed.some(({ isFetching }) => isFetching),
    askAgain: () => {
      for (const { refetch } of failed) refetch()
    },
  }
}

const byId = gathered(async (ids) => {
  const query = { id: [...ids], limit: ids.length }
  const { entities } = await answer(api.GET('/v1/entities', { params: { query } }))
  return new Map(entities.map((entity) => [entity.id, entity]))
})

/** Most names are ids, and are asked for together; a tag or an alias, such as somebody writes into a link, alone. */
async function named(name: string, signal: AbortSignal): Promise<Entity> {
  return (await byId(name)) ?? answer(api.GET('/v1/entities/{name}', { params: { path: { name } }, signal }))
}

/** Several of them; those that there are not are left out, as are all for who may not read the catalogue. */
export function useEntitiesNamed(names: readonly string[]): Named {
  const mayRead = useMay('entities:read')
  return useQueries({
    queries: (mayRead ? names : []).map((name) => ({
      queryKey: entityKey(name),
      queryFn: ({ signal }: { signal: AbortSignal }) => named(name, signal),
      staleTime: 5 * 60_000,
    })),
    combine: together,
  })
}

export function useEntities(query: EntityQuery) {
  return useInfiniteQuery({
    queryKey: ['entities', 'list', query],
    queryFn: ({ signal, pageParam }) =>
      answer(api.GET('/v1/entities', { params: { query: { ...query, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

export function useSurroundings(entity: string | null, depth: number) {
  return useQuery({
    queryKey: ['relations', entity, depth],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/relations', { params: { query: { entity: entity ?? '', depth } }, signal })),
    enabled: entity !== null,
    staleTime: 60_000,
  })
}
