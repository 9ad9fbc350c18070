/** Asks for one of many by its key; null: there is none. */
type AskOne<Found> = (key: string) => Promise<Found | null>

interface Turn<Found> {
  keys: Set<string>
  found: Promise<ReadonlyMap<string, Found>>
}

/** One question for all that is asked for in one turn of the page, each for itself; what it fails with, all fail with. */
export function gathered<Found>(ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>): AskOne<Found> {
  let turn: Turn<Found> | null = null
  const begun = (): Turn<Found> => {
    const keys = new Set<string>()
    const over = new Promise<void>((end) => setTimeout(end))
    const found = over.then(() => {
      turn = null
      return ask([...keys])
    })
    return { keys, found }
  }
  return async (key) => {
    turn ??= begun()
    turn.keys.add(key)
    return (await turn.found).get(key) ?? null
  }
}
