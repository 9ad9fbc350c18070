import { useState } from 'react'
import { now } from './now'
import { type Stretch, stretch, type Window } from './window'

/** Where the window is. One that moves stands still until its reader looks again, or chooses another. */
export function useStretch(window: Window): { stretch: Stretch; lookedAt: number; lookAgain: () => void } {
  const name = JSON.stringify(window)
  const [looked, setLooked] = useState(() => ({ name, at: now() }))
  const current = looked.name === name ? looked : { name, at: now() }
  if (current !== looked) setLooked(current)
  return { stretch: stretch(window, current.at), lookedAt: current.at, lookAgain: () => setLooked({ name, at: now() }) }
}
