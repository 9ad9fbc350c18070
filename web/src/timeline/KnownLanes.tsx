import { Box } from '@mantine/core'
import type { ReactNode } from 'react'
import { Failed, Waiting } from '../shell/States'
import type { Lanes } from './useLanes'

interface KnownLanesProps {
  asked: Pick<Lanes, 'isPending' | 'error' | 'isAskedAgain' | 'askAgain'>
  /** Whether something is known to show. */
  areSome: boolean
  children: ReactNode
}

/** A timeline of lanes as far as they are known: an empty lane that failed would look like one in which nothing was. */
export function KnownLanes({ asked, areSome, children }: KnownLanesProps): ReactNode {
  const { isPending, error, isAskedAgain, askAgain } = asked
  if (isPending) return <Waiting rows={4} />
  if (error && !areSome) return <Failed error={error} isAsked={isAskedAgain} onRetry={askAgain} />
  return (
    <>
      {error && (
        <Box px="md" pt="md">
          <Failed lost="Not every lane is known" error={error} isAsked={isAskedAgain} onRetry={askAgain} />
        </Box>
      )}
      {children}
    </>
  )
}
