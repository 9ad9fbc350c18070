import { useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import type { Alert } from '../api/nouns'
import { useCall } from '../api/useCall'
import { useKeptError } from '../api/useKeptError'
import { walk } from '../api/walk'
import { useMay } from '../session/useSession'
import { sayRefused } from '../shell/notice'

export function useAlert(id: string | null) {
  return useQuery({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/alerts/{alert_id}', { params: { path: { alert_id: id ?? '' } }, signal })),
    enabled: id !== null,
  })
}

const PAGE = 1000
const MOST_PAGES = 10

interface OpenAlerts {
  alerts: Alert[]
  /** More are open than were read. */
  isCut: boolean
}

/** What goes on anywhere; nothing is asked, and nothing known, without the right to read events. */
export function useOpenAlerts() {
  const mayRead = useMay('events:read')
  const asked = useQuery({
    queryKey: ['alerts', 'open'],
    queryFn: ({ signal }) => openAlerts(signal),
    enabled: mayRead,
    refetchInterval: 30_000,
  })
  return { ...asked, error: useKeptError(asked) }
}

async function openAlerts(signal: AbortSignal): Promise<OpenAlerts> {
  const query = { state: ['open' as const, 'acknowledged' as const], limit: PAGE }
  const { pages, isCut } = await walk(
    (cursor) => answer(api.GET('/v1/alerts', { params: { query: { ...query, cursor } }, signal })),
    MOST_PAGES,
  )
  return { alerts: pages.flatMap(({ alerts }) => alerts), isCut }
}

/** Acknowledges or closes an alert. */
export function useAlertVerb(alert: Alert, verb: 'acknowledge' | 'close') {
  const client = useQueryClient()
  return useCall({
    mutationFn: () => {
      const params = { path: { alert_id: alert.id } }
      return answer(
        verb === 'close'
          ? api.POST('/v1/alerts/{alert_id}/close', { params })
          : api.POST('/v1/alerts/{alert_id}/acknowledge', { params }),
      )
    },
    onError: sayRefused,
    onSettled: () =>
      Promise.all(['alerts', 'problems', 'events'].map((noun) => client.invalidateQueries({ queryKey: [noun] }))),
  })
}
