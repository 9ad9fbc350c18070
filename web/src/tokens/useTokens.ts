import { useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api, done } from '../api/client'
import type { TokenIn } from '../api/nouns'
import { useCall } from '../api/useCall'

export function useTokens() {
  return useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => answer(api.GET('/v1/tokens', { params: { query: { limit: 1000 } }, signal })),
  })
}

export function useMakeToken() {
  const client = useQueryClient()
  return useCall({
    mutationFn: (token: TokenIn) => answer(api.POST('/v1/tokens', { body: token })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  })
}

export function useRevoke() {
  const client = useQueryClient()
  return useCall({
    mutationFn: (id: string) => done(api.DELETE('/v1/tokens/{token_id}', { params: { path: { token_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  })
}
