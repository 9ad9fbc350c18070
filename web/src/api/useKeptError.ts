import { useState } from 'react'

interface Asked {
  error: Error | null
  isPending: boolean
}

/** Why a question has no answer, also while it is asked again: by that alone nothing becomes known. */
export function useKeptError({ error, isPending }: Asked): Error | null {
  const [last, setLast] = useState(error)
  if (!isPending && last !== error) setLast(error)
  return isPending ? last : error
}
