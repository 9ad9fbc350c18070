import { keepPreviousData, useInfiniteQuery, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import type { Event, Facets } from '../api/nouns'
import type { Stretch } from '../time/window'
import { type Choices, withRare } from './choices'
import { type EventFilter, eventQuery, FACETS, type Facet } from './search'

const FIRST_PAGE = 200
const NEXT_PAGE = 1000

/** The events of a stretch page by page; a page's cursor keeps the walk steady while others send. */
export function useEvents(filter: EventFilter, stretch: Stretch, order: 'time' | '-time') {
  return useInfiniteQuery({
    queryKey: ['events', 'list', filter, stretch, order],
    queryFn: ({ signal, pageParam }) => {
      const query = {
        ...eventQuery(filter, stretch),
        order,
        limit: pageParam ? NEXT_PAGE : FIRST_PAGE,
        cursor: pageParam,
      }
      return answer(api.GET('/v1/events', { params: { query }, signal }))
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    structuralSharing: false, // comparing 100,000 events on every page is slower than drawing forty
    staleTime: Number.POSITIVE_INFINITY, // a stretch is asked for again only when its reader says so
    gcTime: 60_000,
  })
}

export function useHistogram(filter: EventFilter, stretch: Stretch, buckets: number) {
  return useQuery({
    queryKey: ['events', 'histogram', filter, stretch, buckets],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/v1/events/histogram', { params: { query: { ...eventQuery(filter, stretch), buckets } }, signal }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export interface Counted {
  total: number | null
  choices: Partial<Record<Facet, Choices>>
  isPending: boolean
  error: Error | null
}

/** Counts by facet. One in which something is chosen counts as if nothing were: else the other choices vanish. */
export function useFacets(filter: EventFilter, stretch: Stretch): Counted {
  const chosen = FACETS.filter((facet) => filter[facet])
  const asked = [filter, ...chosen.map((facet) => ({ ...filter, [facet]: undefined }))]
  return useQueries({
    queries: asked.map((one) => ({
      queryKey: ['events', 'facets', one, stretch],
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Facets> =>
        answer(api.GET('/v1/events/facets', { params: { query: eventQuery(one, stretch) }, signal })),
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: ([all, ...others]) => {
      const choices = (facet: Facet) => {
        const asked = (others[chosen.indexOf(facet)] ?? all)?.data
        const frequent = { values: asked?.facets[facet] ?? [], more: asked?.more[facet] ?? 0 }
        return withRare(frequent, filter[facet] ?? [], all?.data?.facets[facet] ?? [])
      }
      return {
        total: all?.data?.total ?? null,
        choices: Object.fromEntries(FACETS.map((facet) => [facet, choices(facet)])),
        isPending: all?.isPending ?? true,
        error: all?.error ?? null,
      }
    },
  })
}

/** Asks once more for all of the page that failed: an outage is over for all of it at once. */
export function useAskFailed(): () => void {
  const client = useQueryClient()
  return () => client.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' })
}

/** One event with whom it concerns; `listed`: as a list showed it, until the answer is there. */
export function useEvent(id: string | null, listed?: Event) {
  return useQuery({
    queryKey: ['events', 'one', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/events/{event_id}', { params: { path: { event_id: id ?? '' } }, signal })),
    enabled: id !== null,
    ...(listed ? { placeholderData: listed } : {}),
  })
}

/** The body as it was received; asked for only when somebody wants to see it. */
export function useOriginal(id: string, wanted: boolean) {
  return useQuery({
    queryKey: ['events', 'original', id],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/v1/events/{event_id}', {
          params: { path: { event_id: id }, query: { include: 'original' } },
          signal,
        }),
      ),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  })
}
