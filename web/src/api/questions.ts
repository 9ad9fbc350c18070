import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import type { Session } from './nouns'
import { Refusal } from './refusal'

export const SESSION_KEY = ['session'] as const

/** Whose answers these are: of a session, of one that is over, or of nobody. */
export type Signed = Session | 'ended' | null

/** What was asked, and answered, in this tab. */
export const questions: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: heedEnd }),
  mutationCache: new MutationCache({ onError: heedEnd }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      networkMode: 'always', // a browser that is offline may reach its own machine; else it is said that nothing is
      refetchOnReconnect: true,
      retry: (failures, error) => failures < 2 && error instanceof Refusal && !error.isForGood,
    },
    mutations: { networkMode: 'always' }, // what waited would be done when whoever asked for it has gone on
  },
})

/** Who is told that nobody is signed in, and was, has a session no more. */
function heedEnd(error: Error): void {
  if (!(error instanceof Refusal && error.status === 401)) return
  questions.setQueryData<Signed>(SESSION_KEY, (before) => (before ? 'ended' : null))
}

/** Forgets all that was answered, but who is signed in. */
export function forgetAnswers(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] })
}
