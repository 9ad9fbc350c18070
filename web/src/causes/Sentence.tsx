import type { ReactNode } from 'react'

/** A sentence of the server. What it quotes goes in its own direction, and turns nothing else of it around. */
export function Sentence({ text }: { text: string }): ReactNode {
  const parts = text.split(/(“[^”]*”)/).map((part, at) => ({ key: `part-${at}`, part }))
  return parts.map(({ key, part }) => (part.startsWith('“') ? <bdi key={key}>{part}</bdi> : part))
}
