import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/client'

export type CausesOf = 'entities' | 'changes'

export interface CausesAsked {
  problem?: string
  entity?: string
  at?: string
  lookback?: string
}

const LIMIT = 10

/** The likely causes of a problem, or of what alerted at a time; asked for again when `asOf` is another. */
export function useCauses(asked: CausesAsked, of: CausesOf, asOf: string | null = null) {
  return useQuery({
    queryKey: ['causes', asked, of, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/causes', { params: { query: { ...asked, of, limit: LIMIT } }, signal })),
    ...(asOf === null ? {} : { placeholderData: keepPreviousData }),
    staleTime: 60_000,
  })
}
