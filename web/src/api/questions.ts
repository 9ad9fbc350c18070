import { QueryCache, QueryClient } from '@tanstack/react-query'
import { Refusal } from './refusal'

const SESSION_KEY = ['session']

/** What was asked, and answered, in this tab. */
export const questions: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError(error) {
      if (error instanceof Refusal && error.status === 401) questions.setQueryData(SESSION_KEY, null)
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && isWorthAnother(error),
    },
  },
})

/** What was refused for good is not asked again; what was not reached, or not now, is. */
function isWorthAnother(error: Error): boolean {
  return error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 500)
}
