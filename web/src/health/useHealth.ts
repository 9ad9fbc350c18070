import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client'
import { parseMetrics, type Sample } from './metrics'
import { type Reading, read } from './reading'

const EVERY_MS = 3_000
const KEPT = 300

export function useReady() {
  return useQuery({
    queryKey: ['readyz'],
    queryFn: async ({ signal }) => {
      const { response } = await api.GET('/readyz', { signal })
      return response.ok
    },
    refetchInterval: EVERY_MS,
    retry: false,
  })
}

interface Followed {
  latest: readonly Sample[]
  readings: readonly Reading[]
}

/** The metrics of the process that answers, and what they said since the page was opened. Null: it has none here. */
export function useMetrics() {
  const [kept, setKept] = useState<Followed>({ latest: [], readings: [] })
  const metrics = useQuery({
    queryKey: ['metrics'],
    queryFn: async ({ signal }) => {
      const { data, response } = await api.GET('/metrics', { signal, parseAs: 'text' })
      if (response.status === 404) return null
      const latest = parseMetrics(String(data ?? ''))
      const reading = read(latest, Date.now())
      setKept((before) => ({ latest, readings: [...before.readings, reading].slice(-KEPT) }))
      return reading.at
    },
    refetchInterval: EVERY_MS,
    gcTime: 0,
  })
  return { ...metrics, ...kept }
}
