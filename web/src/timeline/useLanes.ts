import { type UseQueryResult, useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { answer, api } from '../api/client'
import type { Event } from '../api/nouns'
import { walk } from '../api/walk'
import { eventQuery } from '../events/search'
import { isEverywhere } from '../events/where'
import type { Stretch } from '../time/window'
import type { Lane } from './layout'
import { markOf } from './mark'

const PAGE = 1000
const MOST_PAGES = 10

export interface Lanes {
  lanes: Lane[]
  /** All events of all lanes, each once, the newest first. */
  events: Event[]
  isPending: boolean
  isStale: boolean
  /** Every lane is known, and of this stretch: what is in none of them did not happen. */
  isWhole: boolean
  /** Why not all lanes are known. */
  error: Error | null
  /** What failed is being asked again. */
  isAskedAgain: boolean
  askAgain: () => void
  /** Lanes of which there was more than is shown. */
  cut: string[]
}

export const EVERYWHERE = 'every service'

/**
 * The lanes of entities. What concerns every service is in a lane of its own, not in each.
 * Of another stretch than before, they hold what was known of the former until the answers are there.
 */
export function useLanes(entities: readonly string[], stretch: Stretch): Lanes {
  const names = entities.join('\n')
  // one function as long as the lanes are the same: its result is then kept between drawings
  const combine = useCallback((asked: readonly Asked[]) => combined(names.split('\n'), asked), [names])
  const client = useQueryClient()
  const before = useRef(stretch)
  const lanes = useQueries({
    queries: entities.map((entity) => ({
      queryKey: keyOf(entity, stretch),
      queryFn: ({ signal }: { signal: AbortSignal }) => walked(entity, stretch, signal),
      // keepPreviousData keeps nothing here: several queries are told apart by their keys
      placeholderData: () => client.getQueryData<Walked>(keyOf(entity, before.current)),
      structuralSharing: false,
      staleTime: 60_000,
    })),
    combine,
  })
  const isThere = !lanes.isPending && !lanes.isStale
  useEffect(() => {
    if (isThere) before.current = stretch
  }, [isThere, stretch])
  return lanes
}

const keyOf = (entity: string, stretch: Stretch) => ['events', 'lane', entity, stretch] as const

interface Walked {
  events: Event[]
  isCut: boolean
}

type Asked = Pick<
  UseQueryResult<Walked>,
  'data' | 'isPending' | 'isFetching' | 'isPlaceholderData' | 'error' | 'refetch'
>

function combined(entities: readonly string[], asked: readonly Asked[]): Lanes {
  const found = asked.map(({ data }) => data?.events ?? [])
  const shared = [
    ...new Map(
      found
        .flat()
        .filter(concernsAll)
        .map((event) => [event.id, event]),
    ).values(),
  ]
  const own = entities.map((id, at) => ({
    id,
    marks: (found[at] ?? []).filter((one) => !concernsAll(one)).map(markOf),
  }))
  return {
    lanes: shared.length > 0 ? [{ id: EVERYWHERE, marks: shared.map(markOf) }, ...own] : own,
    events: [...new Map(found.flat().map((event) => [event.id, event])).values()].sort(newestFirst),
    isPending: asked.every(({ isPending }) => isPending),
    isStale: asked.some(({ isPlaceholderData }) => isPlaceholderData),
    isWhole: asked.every(({ data, isPlaceholderData }) => data && !isPlaceholderData),
    error: asked.find(({ error }) => error)?.error ?? null,
    isAskedAgain: asked.some(({ error, isFetching }) => error && isFetching),
    askAgain: () => {
      for (const { error, refetch } of asked) if (error) refetch()
    },
    cut: entities.filter((_, at) => asked[at]?.data?.isCut),
  }
}

async function walked(entity: string, stretch: Stretch, signal: AbortSignal): Promise<Walked> {
  const query = { ...eventQuery({ entity: [entity] }, stretch), limit: PAGE }
  const { pages, isCut } = await walk(
    (cursor) => answer(api.GET('/v1/events', { params: { query: { ...query, cursor } }, signal })),
    MOST_PAGES,
  )
  return { events: pages.flatMap(({ events }) => events), isCut }
}

function concernsAll({ scope }: Event): boolean {
  return scope !== null && isEverywhere(scope)
}

function newestFirst(one: Event, other: Event): number {
  return other.time.localeCompare(one.time)
}
