import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, use, useEffect } from 'react'
import type { Right, Session } from '../api/nouns'
import { current, may, prove } from './session'

export const SESSION_KEY = ['session'] as const

export function useCurrentSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => current(signal),
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: true,
  })
}

/** Changes carry the session's proof as long as the caller is shown. */
export function useProof(session: Session | null | undefined): void {
  useEffect(() => (session ? prove(session) : undefined), [session])
}

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = use(SessionContext)
  if (!session) throw new Error('nothing is shown without a session')
  return session
}

/** Whether what needs the right may be asked for. */
export function useMay(right: Right): boolean {
  return may(useSession(), right)
}

/** Why something may not be done, to be said where it would be; null: it may. */
export function useRefused(right: Right): string | null {
  const session = useSession()
  return may(session, right) ? null : `The token “${session.token.name}” lacks the right ${right}`
}

/** For when the server says that nobody is signed in. */
export function useForgetSession(): () => void {
  const client = useQueryClient()
  return () => client.setQueryData(SESSION_KEY, null)
}
