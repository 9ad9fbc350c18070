import { type UseQueryResult, useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { answer, api } from '../api/client'
import type { Problem, Surroundings } from '../api/nouns'
import { useKeptError } from '../api/useKeptError'
import { useMay } from '../session/useSession'
import { type Graph, graph, outlying } from './graph'

const ASKED_FIRST = 12
const ASKED_THEN = 48
const SUSPECTS = 3
const DEPTH = 2

/** The ids of those that are most suspected, best first. */
export function suspectsOf(problem: Problem): string[] {
  return problem.causes.flatMap(({ entity }) => (entity ? [entity.id] : [])).slice(0, SUSPECTS)
}

interface Known {
  graph: Graph
  /** How many are drawn of which it was not asked how they stand to the others. */
  unasked: number
}

interface ProblemGraph {
  /** As it was known last, while more is asked; null: nothing is known yet. */
  known: Known | null
  /** Why it is not known of others. */
  error: Error | null
  isAskedAgain: boolean
  askAgain: () => void
}

/**
 * The graph around what a problem affects; who may not read the catalogue sees what the problem itself says.
 * Around a few lies most of what is drawn: the others are asked about where it does not.
 * `most`: how many entities are drawn.
 */
export function useProblemGraph(problem: Problem, most: number): ProblemGraph {
  const mayAsk = useMay('entities:read')
  const affected = problem.affected.map(({ id }) => id)
  const suspects = suspectsOf(problem)
  const few = mayAsk ? [...new Set([...suspects, ...affected])].slice(0, ASKED_FIRST) : []
  const first = useAround(few)
  const sketch = useMemo(() => drawn(problem, first.found, most), [problem, first.found, most])
  const outside = mayAsk && !first.isPending ? outlying(sketch, few) : []
  const then = useAround(outside.slice(0, ASKED_THEN))
  const whole = useMemo(
    () => drawn(problem, [...first.found, ...then.found], most),
    [problem, first.found, then.found, most],
  )
  const isPending = first.isPending || then.isPending
  const unasked = Math.max(0, outside.length - ASKED_THEN)
  const [known, setKnown] = useState<Known | null>(null)
  if (!isPending && (known?.graph !== whole || known.unasked !== unasked)) setKnown({ graph: whole, unasked })
  const error = useKeptError({ error: first.error ?? then.error, isPending })
  return {
    known,
    error,
    isAskedAgain: error !== null && isPending,
    askAgain: () => {
      for (const { askAgain } of [first, then]) askAgain()
    },
  }
}

function drawn(problem: Problem, found: readonly Surroundings[], most: number): Graph {
  const reasons = problem.causes.flatMap((cause) => cause.reasons)
  const causes = problem.causes.flatMap(({ entity }) => (entity ? [entity] : []))
  return graph({
    entities: [...found.flatMap(({ entities }) => entities), ...causes, ...problem.affected],
    relations: [...found.flatMap(({ relations }) => relations), ...reasons.flatMap(({ relations }) => relations)],
    affected: problem.affected.map(({ id }) => id),
    suspects: suspectsOf(problem),
    most,
  })
}

type Asked = Pick<UseQueryResult<Surroundings>, 'data' | 'isPending' | 'error' | 'refetch'>

const together = (asked: readonly Asked[]) => ({
  found: asked.flatMap(({ data }) => (data ? [data] : [])),
  isPending: asked.some(({ isPending }) => isPending),
  error: asked.find(({ error }) => error)?.error ?? null,
  askAgain: () => {
    for (const { error, refetch } of asked) if (error) refetch()
  },
})

function useAround(entities: readonly string[]) {
  return useQueries({
    queries: entities.map((entity) => ({
      queryKey: ['relations', entity, DEPTH],
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Surroundings> =>
        answer(api.GET('/v1/relations', { params: { query: { entity, depth: DEPTH } }, signal })),
      staleTime: 60_000,
    })),
    combine: together,
  })
}
