import { Box } from '@mantine/core'
import type { ReactNode } from 'react'
import { Failed, Waiting } from '../shell/States'
import { Timeline, type TimelineProps } from './Timeline'
import type { Lanes } from './useLanes'

interface KnownLanesProps extends Omit<TimelineProps, 'lanes' | 'isStale'> {
  known: Pick<Lanes, 'lanes' | 'events' | 'isPending' | 'isStale' | 'error' | 'isAskedAgain' | 'askAgain'>
}

/** A timeline of lanes as far as they are known: an empty lane that failed would look like one in which nothing was. */
export function KnownLanes({ known, ...shown }: KnownLanesProps): ReactNode {
  const { lanes, events, isPending, isStale, error, isAskedAgain, askAgain } = known
  if (isPending) return <Waiting rows={4} />
  if (error && events.length === 0) return <Failed error={error} isAsked={isAskedAgain} onRetry={askAgain} />
  return (
    <>
      {error && (
        <Box px="md" pt="md">
          <Failed lost="Not every lane is known" error={error} isAsked={isAskedAgain} onRetry={askAgain} />
        </Box>
      )}
      <Timeline lanes={lanes} isStale={isStale} {...shown} />
    </>
  )
}
