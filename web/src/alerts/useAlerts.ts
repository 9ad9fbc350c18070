import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import type { Alert } from '../api/nouns'
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

/** What goes on: on one entity, or anywhere; nothing is asked, and nothing known, without the right to read events. */
export function useOpenAlerts(entity?: string) {
  const mayRead = useMay('events:read')
  return useQuery({
    queryKey: ['alerts', 'open', entity],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/v1/alerts', {
          params: { query: { state: ['open', 'acknowledged'], limit: 1000, ...(entity ? { entity: [entity] } : {}) } },
          signal,
        }),
      ),
    enabled: mayRead,
    refetchInterval: 30_000,
  })
}

/** Acknowledges or closes an alert. */
export function useAlertVerb(alert: Alert, verb: 'acknowledge' | 'close') {
  const client = useQueryClient()
  return useMutation({
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
