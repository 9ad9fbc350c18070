import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import { now } from '../time/now'
import { type Metrics, parseMetrics } from './metrics'
import { type Reading, read } from './reading'

const EVERY_MS = 3_000
const KEPT = 300

/** Of the server: it answers and has its database, it has not, or nothing is heard of it. */
export type Readiness = 'ready' | 'not ready' | 'unreachable'

/** Undefined: nothing is known yet. */
export function useReady(): Readiness | undefined {
  return useQuery({
    queryKey: ['readyz'],
    queryFn: async ({ signal }): Promise<Readiness> => {
      try {
        const { response } = await api.GET('/readyz', { signal })
        if (response.ok) return 'ready'
        return response.status === 503 ? 'not ready' : 'unreachable' // another answer is a proxy's
      } catch (error) {
        if (error instanceof TypeError) return 'unreachable' // so `fetch` says that nothing answered
        throw error
      }
    },
    refetchInterval: EVERY_MS,
    retry: false,
  }).data
}

interface Followed {
  latest: Metrics
  readings: readonly Reading[]
}

const NOTHING: Followed = { latest: { declared: new Set(), samples: [] }, readings: [] }

/** The metrics of the server, and what they said since the page was opened. Null: it has none here. */
export function useMetrics() {
  const [kept, setKept] = useState(NOTHING)
  const metrics = useQuery({
    queryKey: ['metrics'],
    queryFn: async ({ signal }) => {
      const { data, response } = await api.GET('/metrics', { signal, parseAs: 'text' })
      if (response.status === 404) return null
      if (!response.ok) throw new Error(`The server answered ${response.status}`)
      const latest = parseMetrics(String(data ?? ''))
      const reading = read(latest, now())
      setKept((before) => ({ latest, readings: [...before.readings, reading].slice(-KEPT) }))
      return reading.at
    },
    refetchInterval: EVERY_MS,
    retry: false,
    gcTime: 0,
  })
  return { ...metrics, ...kept }
}
