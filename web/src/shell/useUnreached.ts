import { useQuery } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { isReached } from '../api/client'
import { silenceNow, watchSilence } from '../api/silence'

const EVERY_MS = 3_000

/**
 * Since when the server is not reached; null: it is, or that is not sure.
 *
 * While nothing is heard of it, it is asked again and again: what failed alone is refuted, and its return is noticed.
 */
export function useUnreached(): number | null {
  const silence = useSyncExternalStore(watchSilence, silenceNow)
  useQuery({
    queryKey: ['healthz'],
    queryFn: isReached,
    enabled: silence !== null,
    networkMode: 'always',
    refetchInterval: EVERY_MS,
    staleTime: 0,
  })
  useEffect(() => {
    window.addEventListener('offline', isReached) // pages ask nothing from then on, so nothing would fail
    return () => window.removeEventListener('offline', isReached)
  }, [])
  return silence?.isSure ? silence.since : null
}
