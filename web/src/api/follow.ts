import { heard, missed } from './silence'

/** How a stream is: being opened, open, or refused and tried again in a while. */
export type StreamState = 'connecting' | 'live' | 'lost'

interface Listener {
  /** The stream is open, for the first time or again: what it said meanwhile may be missing. */
  onOpen?: () => void
  onState: (state: StreamState) => void
  /** What is done with each kind of message. */
  on: Readonly<Record<string, (message: MessageEvent<string>) => void>>
}

const AGAIN_MS = 5_000

/** Listens to a stream of the API until the returned function is called; one that ends is opened again. */
export function follow(address: string, { onOpen, onState, on }: Listener): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource(address)
    source.onopen = () => {
      heard()
      onState('live')
      onOpen?.()
    }
    for (const [kind, act] of Object.entries(on)) source.addEventListener(kind, act)
    source.addEventListener('reset', () => again('live')) // a gap: a new stream, and its reader looks again
    source.onerror = () => {
      missed() // or it ended in its time, and the next answer says so
      if (source?.readyState === EventSource.CLOSED) again('lost')
      else onState('connecting')
    }
  }
  const again = (state: StreamState) => {
    source?.close()
    onState(state)
    timer = setTimeout(open, AGAIN_MS)
  }
  onState('connecting')
  open()
  return () => {
    source?.close()
    clearTimeout(timer)
  }
}
