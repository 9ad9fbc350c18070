export interface Choice {
  value: string
  count: number
}

/** What of a facet can be chosen: the most frequent values, and how many there are besides. */
export interface Choices {
  values: readonly Choice[]
  more: number
}

/**
 * With those that are chosen and too rare to be among the most frequent; `counted`: where nothing else is chosen, and
 * so where they are.
 */
export function withRare({ values, more }: Choices, chosen: readonly string[], counted: readonly Choice[]): Choices {
  const frequent = new Set(values.map(({ value }) => value))
  const rare = counted.filter(({ value }) => chosen.includes(value) && !frequent.has(value))
  return { values: [...rare, ...values], more: Math.max(0, more - rare.length) }
}
