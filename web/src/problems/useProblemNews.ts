import { useDocumentVisibility, useThrottledCallback } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { stringifyQuery } from '../address/query'
import { follow, type StreamState } from '../api/follow'
import type { Alert } from '../api/nouns'

const PAUSE_MS = 1_000 // a storm of alerts changes its problem many times a second; nobody reads as fast

/**
 * What is shown of problems is asked for again as soon as something happens to one; `problem`: to this one.
 * A tab that nobody sees does not listen: a browser has six connections for all tabs of a server.
 */
export function useProblemNews(problem?: string): StreamState {
  const client = useQueryClient()
  const isSeen = useDocumentVisibility() === 'visible'
  const [state, setState] = useState<StreamState>('connecting')
  const lookAgain = useThrottledCallback(() => client.invalidateQueries({ queryKey: ['problems'] }), PAUSE_MS)
  useEffect(() => {
    if (!isSeen) return
    return follow(`/v1/events/stream${stringifyQuery({ problem })}`, {
      onOpen: lookAgain,
      onState: setState,
      on: {
        problem: lookAgain,
        alert: ({ data }) => {
          if (problem !== undefined || isSeenTo(data)) lookAgain()
        },
      },
    })
  }, [problem, isSeen, lookAgain])
  return isSeen ? state : 'connecting'
}

/** Of its alerts, a list shows nothing but that none is left to nobody: one was acknowledged, or has ended. */
function isSeenTo(data: string): boolean {
  return (JSON.parse(data) as Alert).state !== 'open'
}
