import { Center, Loader } from '@mantine/core'
import type { ReactNode } from 'react'
import { Failed } from '../shell/States'
import { SignIn } from './SignIn'
import { SessionContext, useCurrentSession, useProof } from './useSession'

/** Shows what is behind it to whoever is signed in; the address stays, so a shared link works after signing in. */
export function Gate({ children }: { children: ReactNode }): ReactNode {
  const session = useCurrentSession()
  useProof(session.data)
  if (session.isPending) {
    return (
      <Center h="100dvh" aria-label="Loading" role="status">
        <Loader />
      </Center>
    )
  }
  const signed = session.data
  if (signed === 'ended') return <SignIn hasEnded />
  if (signed) {
    return (
      <SessionContext key={signed.token.id} value={signed}>
        {children}
      </SessionContext>
    )
  }
  if (session.error) return <Failed error={session.error} onRetry={() => session.refetch()} />
  return <SignIn />
}
