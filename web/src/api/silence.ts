import { now } from '../time/now'

/** That requests come to nothing, since the first of them. */
export interface Silence {
  since: number
  /** Whether it lasts: one that failed alone, or went with its page, says nothing yet. */
  isSure: boolean
}

const LASTS_MS = 1_000

/** The silence after one more request that came to nothing. */
export function goesOn(before: Silence | null, at: number): Silence {
  const since = before?.since ?? at
  return { since, isSure: before?.isSure === true || at - since >= LASTS_MS }
}

let silence: Silence | null = null
const watchers = new Set<() => void>()

/** Null: the server answers, as far as anybody asked. */
export const silenceNow = (): Silence | null => silence

/** Calls when that is another one, until the returned function is called. */
export function watchSilence(onOther: () => void): () => void {
  watchers.add(onOther)
  return () => watchers.delete(onOther)
}

/** The server answered, whatever it said. */
export function heard(): void {
  if (silence !== null) become(null)
}

/** A request came to nothing, and nobody had cancelled it. */
export function missed(): void {
  become(goesOn(silence, now()))
}

function become(next: Silence | null): void {
  silence = next
  for (const onOther of watchers) onOther()
}
