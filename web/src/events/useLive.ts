import { useEffect, useState } from 'react'
import { stringifyQuery } from '../address/query'
import { follow, type StreamState } from '../api/follow'
import { type EventFilter, readFilter } from './search'

export type LiveState = StreamState | 'off'

interface Live {
  state: LiveState
  /** How many events came that the list does not show yet. */
  fresh: number
}

const OFF: Live = { state: 'off', fresh: 0 }

/** Counts what the stream brings since `since`; looking again (another `since`) begins at nought. */
export function useLive(filter: EventFilter, since: number, isOn: boolean): Live {
  const query = stringifyQuery({ ...readFilter(filter), since: new Date(since).toISOString() })
  const [live, setLive] = useState<Live & { query: string }>({ ...OFF, query })
  useEffect(() => {
    if (!isOn) return
    return count(`/v1/events/stream${query}`, (state, fresh) => setLive({ state, fresh, query }))
  }, [query, isOn])
  if (!isOn) return OFF
  return live.query === query ? live : { state: 'connecting', fresh: 0 }
}

/** After a gap `since` brings all of it once more; each event counts once all the same. */
function count(address: string, told: (state: LiveState, fresh: number) => void): () => void {
  const seen = new Set<string>()
  let drawn = 0
  const tell = (state: LiveState) => {
    cancelAnimationFrame(drawn)
    drawn = requestAnimationFrame(() => told(state, seen.size)) // a burst is one drawing
  }
  const stop = follow(address, {
    onState: tell,
    on: {
      event: ({ lastEventId }) => {
        seen.add(lastEventId)
        tell('live')
      },
    },
  })
  return () => {
    stop()
    cancelAnimationFrame(drawn)
  }
}
