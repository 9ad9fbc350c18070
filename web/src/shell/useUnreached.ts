import { onlineManager, useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { isReached } from '../api/client'
import { silenceNow, watchSilence } from '../api/silence'

const EVERY_MS = 3_000

const watchOnline = (onOther: () => void): (() => void) => onlineManager.subscribe(onOther)

/**
 * Since when the server is not reached; null: it is, or that is not sure.
 *
 * While nothing is heard of it, it is asked again and again: what failed alone is refuted, and its return is noticed.
 * While the browser is offline, too: an answer that was under way then is no sign of what comes after it.
 */
export function useUnreached(): number | null {
  const silence = useSyncExternalStore(watchSilence, silenceNow)
  const isOnline = useSyncExternalStore(watchOnline, () => onlineManager.isOnline())
  useQuery({
    queryKey: ['healthz'],
    queryFn: isReached,
    enabled: silence !== null || !isOnline,
    refetchInterval: EVERY_MS,
    staleTime: 0,
  })
  return silence?.isSure ? silence.since : null
}
