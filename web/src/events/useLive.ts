import { useEffect, useState } from 'react'
import { stringifyQuery } from '../address/query'
import { type EventFilter, readFilter } from './search'

export type LiveState = 'off' | 'connecting' | 'live' | 'lost'

const AGAIN_MS = 5_000

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
    return follow(`/v1/events/stream${query}`, (state, fresh) => setLive({ state, fresh, query }))
  }, [query, isOn])
  if (!isOn) return OFF
  return live.query === query ? live : { state: 'connecting', fresh: 0 }
}

function follow(address: string, told: (state: LiveState, fresh: number) => void): () => void {
  const seen = new Set<string>()
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let drawn = 0
  const tell = (state: LiveState) => {
    cancelAnimationFrame(drawn)
    drawn = requestAnimationFrame(() => told(state, seen.size)) // a burst is one drawing
  }
  const open = () => {
    source = new EventSource(address)
    source.onopen = () => tell('live')
    source.addEventListener('event', (message: MessageEvent<string>) => {
      seen.add(message.lastEventId)
      tell('live')
    })
    source.addEventListener('reset', () => again('live')) // a gap: `since` brings all of it once more
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) again('lost')
      else tell('connecting')
    }
  }
  const again = (state: LiveState) => {
    source?.close()
    tell(state)
    timer = setTimeout(open, AGAIN_MS)
  }
  tell('connecting')
  open()
  return () => {
    source?.close()
    clearTimeout(timer)
    cancelAnimationFrame(drawn)
  }
}
