import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import type { Entity, EntityQuery } from '../api/nouns'
import { useMay } from '../session/useSession'

/** An entity by id, cid, alias or tag; who may not read the catalogue asks for none. */
export function useEntity(name: string | null) {
  const mayRead = useMay('entities:read')
  return useQuery({
    queryKey: ['entities', 'one', name],
    queryFn: ({ signal }) => answer(api.GET('/v1/entities/{name}', { params: { path: { name: name ?? '' } }, signal })),
    enabled: mayRead && name !== null,
    staleTime: 5 * 60_000,
  })
}

interface Asked {
  data: Entity | undefined
  isPending: boolean
}

const together = (asked: readonly Asked[]) => ({
  entities: asked.flatMap(({ data }) => (data ? [data] : [])),
  isPending: asked.some(({ isPending }) => isPending),
})

/** Several of them; those that are not known are left out, as are all for who may not read the catalogue. */
export function useEntitiesNamed(names: readonly string[]): { entities: Entity[]; isPending: boolean } {
  const mayRead = useMay('entities:read')
  return useQueries({
    queries: (mayRead ? names : []).map((name) => ({
      queryKey: ['entities', 'one', name],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answer(api.GET('/v1/entities/{name}', { params: { path: { name } }, signal })),
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
