import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { answer, api } from '../api/client'
import type { Problem, Surroundings } from '../api/nouns'
import { useMay } from '../session/useSession'
import { type Graph, graph } from './graph'

const MOST_ASKED = 12
const SUSPECTS = 3
const DEPTH = 2

/** The ids of those that are most suspected, best first. */
export function suspectsOf(problem: Problem): string[] {
  return problem.causes.flatMap(({ entity }) => (entity ? [entity.id] : [])).slice(0, SUSPECTS)
}

interface Asked {
  data: Surroundings | undefined
  isPending: boolean
}

const together = (asked: readonly Asked[]) => ({
  found: asked.flatMap(({ data }) => (data ? [data] : [])),
  isPending: asked.some(({ isPending }) => isPending),
})

/**
 * The graph around what a problem affects; who may not read the catalogue sees what the problem itself says.
 * `most`: how many entities are drawn.
 */
export function useProblemGraph(problem: Problem, most: number): { graph: Graph; isPending: boolean } {
  const mayAsk = useMay('entities:read')
  const affected = problem.affected.map(({ id }) => id)
  const suspects = suspectsOf(problem)
  const asked = mayAsk ? [...new Set([...suspects, ...affected])].slice(0, MOST_ASKED) : []
  const around = useQueries({
    queries: asked.map((entity) => ({
      queryKey: ['relations', entity, DEPTH],
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Surroundings> =>
        answer(api.GET('/v1/relations', { params: { query: { entity, depth: DEPTH } }, signal })),
      staleTime: 60_000,
    })),
    combine: together,
  })
  const drawn = useMemo(() => {
    const reasons = problem.causes.flatMap((cause) => cause.reasons)
    const causes = problem.causes.flatMap(({ entity }) => (entity ? [entity] : []))
    return graph({
      entities: [...around.found.flatMap(({ entities }) => entities), ...causes, ...problem.affected],
      relations: [
        ...around.found.flatMap(({ relations }) => relations),
        ...reasons.flatMap(({ relations }) => relations),
      ],
      affected: problem.affected.map(({ id }) => id),
      suspects: suspectsOf(problem),
      most,
    })
  }, [around.found, problem, most])
  return { graph: drawn, isPending: around.isPending }
}
