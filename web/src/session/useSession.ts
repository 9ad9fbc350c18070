import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, use, useCallback, useEffect } from 'react'
import type { Right, Session } from '../api/nouns'
import { forgetAnswers, SESSION_KEY, type Signed } from '../api/questions'
import { current, may, prove } from './session'
import { hearTabs } from './tabs'

/** Who is signed in; asked again when another tab signs in or out, and whenever this one is come back to. */
export function useCurrentSession() {
  const client = useQueryClient()
  const settle = useSettle()
  useEffect(() => {
    const ask = () => client.refetchQueries({ queryKey: SESSION_KEY })
    const stop = hearTabs(ask)
    window.addEventListener('focus', ask) // from another window beside this one, which was in sight all the time
    return () => {
      stop()
      window.removeEventListener('focus', ask)
    }
  }, [client])
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async ({ signal }) => settle(await current(signal)),
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: 'always',
  })
}

/** Forgets what was answered to somebody else; what to hold for the session that there is now. */
function useSettle(): (session: Session | null) => Signed {
  const client = useQueryClient()
  return useCallback(
    (session) => {
      const before = client.getQueryData<Signed>(SESSION_KEY)
      if (before && before !== 'ended' && before.token.id === session?.token.id) return session
      if (before !== undefined) forgetAnswers(client)
      return session ?? (before ? 'ended' : null)
    },
    [client],
  )
}

/** Changes carry the session's proof as long as the caller is shown. */
export function useProof(signed: Signed | undefined): void {
  const client = useQueryClient()
  const settle = useSettle()
  useEffect(() => {
    if (!signed || signed === 'ended') return
    return prove(signed, (other) => client.setQueryData(SESSION_KEY, settle(other)))
  }, [signed, client, settle])
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
