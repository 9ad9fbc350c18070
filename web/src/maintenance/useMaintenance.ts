import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api, done } from '../api/client'
import type { MaintenanceChange, MaintenanceIn, Scope } from '../api/nouns'
import { useCall } from '../api/useCall'

export function useMaintenance() {
  return useInfiniteQuery({
    queryKey: ['maintenance'],
    queryFn: ({ signal, pageParam }) =>
      answer(api.GET('/v1/maintenance', { params: { query: { limit: 200, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 30_000,
  })
}

export function usePlan() {
  const client = useQueryClient()
  return useCall({
    mutationFn: (window: MaintenanceIn) => answer(api.POST('/v1/maintenance', { body: window })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['maintenance'] }),
  })
}

export function useChangePlan() {
  const client = useQueryClient()
  return useCall({
    mutationFn: ({ id, change }: { id: string; change: MaintenanceChange }) =>
      answer(api.PATCH('/v1/maintenance/{maintenance_id}', { params: { path: { maintenance_id: id } }, body: change })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['maintenance'] }),
  })
}

export function useRemoveMaintenance() {
  const client = useQueryClient()
  return useCall({
    mutationFn: (id: string) =>
      done(api.DELETE('/v1/maintenance/{maintenance_id}', { params: { path: { maintenance_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['maintenance'] }),
  })
}

/** How many services a scope means now. */
export function useScopeMatch(scope: Scope | null) {
  return useQuery({
    queryKey: ['scope', scope],
    queryFn: ({ signal }) => answer(api.POST('/v1/scope/match', { body: { scope: scope ?? undefined }, signal })),
    enabled: scope !== null,
  })
}
