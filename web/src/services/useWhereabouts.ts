import { type UseQueryResult, useQueries } from '@tanstack/react-query'
import { useCallback } from 'react'
import { answer, api } from '../api/client'
import type { Alert, Event } from '../api/nouns'
import { placeOf } from './condition'

/** Whom alerts concern that name no entity. */
export interface Whereabouts {
  /** By the id of the alert, the ids of all entities that it concerns. */
  places: ReadonlyMap<string, readonly string[]>
  /** How many concern more than is told, or were not looked at. */
  unplaced: number
  isPending: boolean
  error: Error | null
  askAgain: () => void
}

const MOST = 20

/** Where alerts are, by the events that show them; of many at once, only the first are looked at. */
export function useWhereabouts(alerts: readonly Alert[]): Whereabouts {
  const ids = alerts.map(({ id }) => id).join('\n')
  const combine = useCallback((asked: readonly Asked[]) => combined(ids === '' ? [] : ids.split('\n'), asked), [ids])
  return useQueries({
    queries: alerts.slice(0, MOST).map(({ event_id }) => ({
      queryKey: ['events', 'one', event_id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answer(api.GET('/v1/events/{event_id}', { params: { path: { event_id } }, signal })),
      staleTime: 5 * 60_000,
    })),
    combine,
  })
}

type Asked = Pick<UseQueryResult<Event>, 'data' | 'isPending' | 'error' | 'refetch'>

function combined(ids: readonly string[], asked: readonly Asked[]): Whereabouts {
  const found = ids.flatMap((id, at) => {
    const event = asked[at]?.data
    const place = event ? placeOf(event) : null
    return place ? [[id, place] as const] : []
  })
  return {
    places: new Map(found),
    unplaced: ids.length - found.length,
    isPending: asked.some(({ isPending }) => isPending),
    error: asked.find(({ error }) => error)?.error ?? null,
    askAgain: () => {
      for (const { error, refetch } of asked) if (error) refetch()
    },
  }
}
