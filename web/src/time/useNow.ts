import { useSyncExternalStore } from 'react'
import { now } from './now'

const STEP_MS = 10_000

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, STEP_MS)
  return () => clearInterval(timer)
}

const snapshot = () => Math.ceil(now() / STEP_MS) * STEP_MS

/** The time now, moving in steps of ten seconds, for ages. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot)
}
