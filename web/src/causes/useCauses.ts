import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/client'

export type CausesOf = 'entities' | 'changes'

export interface CausesAsked {
  problem?: string
  entity?: string
  at?: string
  lookback?: string
}

/** The likely causes of a problem, or of what alerted at a time. */
export function useCauses(asked: CausesAsked, of: CausesOf, limit = 10) {
  return useQuery({
    queryKey: ['causes', asked, of, limit],
    queryFn: ({ signal }) => answer(api.GET('/v1/causes', { params: { query: { ...asked, of, limit } }, signal })),
    staleTime: 60_000,
  })
}
