/** For tests: a stream that says what it is told to, in the place of `EventSource`. */
export class Stream extends EventTarget {
  static readonly CLOSED = 2
  static opened: Stream[] = []
  readonly url: string
  readyState = 1
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null

  constructor(url: string) {
    super()
    this.url = url
    Stream.opened.push(this)
  }

  say(kind: string, lastEventId = '', data = '{}') {
    this.dispatchEvent(new MessageEvent(kind, { lastEventId, data }))
  }

  close() {
    this.readyState = Stream.CLOSED
  }
}

export const latest = () => Stream.opened.at(-1) ?? new Stream('none')
