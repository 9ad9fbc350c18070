import { useState } from 'react'
import { type Stretch, stretch, type Window } from './window'

/** Where the window is. One that moves stands still until its reader looks again, or chooses another. */
export function useStretch(window: Window): { stretch: Stretch; lookAgain: () => void } {
  const name = JSON.stringify(window)
  const [looked, setLooked] = useState(() => ({ name, now: Date.now() }))
  const current = looked.name === name ? looked : { name, now: Date.now() }
  if (current !== looked) setLooked(current)
  return { stretch: stretch(window, current.now), lookAgain: () => setLooked({ name, now: Date.now() }) }
}
