import { useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api, done } from '../api/client'
import type { WebhookChange, WebhookIn } from '../api/nouns'
import { useCall } from '../api/useCall'
import { sayRefused } from '../shell/notice'

export function useWebhooks() {
  return useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => answer(api.GET('/v1/webhooks', { signal })),
    refetchInterval: 15_000,
  })
}

export function useMakeWebhook() {
  return useChange((webhook: WebhookIn) => answer(api.POST('/v1/webhooks', { body: webhook })))
}

export function useChangeWebhook() {
  return useChange(({ id, change }: { id: string; change: WebhookChange }) =>
    answer(api.PATCH('/v1/webhooks/{webhook_id}', { params: { path: { webhook_id: id } }, body: change })),
  )
}

export function useRekey() {
  return useChange((id: string) =>
    answer(api.POST('/v1/webhooks/{webhook_id}/rekey', { params: { path: { webhook_id: id } } })),
  )
}

export function useRemoveWebhook() {
  return useChange((id: string) =>
    done(api.DELETE('/v1/webhooks/{webhook_id}', { params: { path: { webhook_id: id } } })),
  )
}

function useChange<Asked, Answer>(mutationFn: (asked: Asked) => Promise<Answer>) {
  const client = useQueryClient()
  return useCall({
    mutationFn,
    onError: sayRefused,
    onSettled: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
}
