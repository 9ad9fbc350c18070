import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import type { Alert, Problem, ProblemQuery } from '../api/nouns'
import { may } from '../session/session'
import { useSession } from '../session/useSession'
import { sayRefused } from '../shell/notice'

/** What is wrong now; nothing is asked, and nothing known, without the right to read events. */
export function useOpenProblems() {
  const session = useSession()
  return useQuery({
    queryKey: ['problems', 'open'],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/problems', { params: { query: { state: ['open'], limit: 50 } }, signal })),
    enabled: may(session, 'events:read'),
    refetchInterval: 15_000,
  })
}

export function useProblems(query: ProblemQuery) {
  return useInfiniteQuery({
    queryKey: ['problems', 'list', query],
    queryFn: ({ signal, pageParam }) =>
      answer(api.GET('/v1/problems', { params: { query: { ...query, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 30_000,
  })
}

export function useProblem(name: string | null) {
  return useQuery({
    queryKey: ['problems', 'one', name],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/problems/{problem_id}', { params: { path: { problem_id: name ?? '' } }, signal })),
    enabled: name !== null,
    refetchInterval: 15_000,
  })
}

/** Says that somebody looks after all alerts of the problem that are open. */
export function useAcknowledge(problem: Problem) {
  const told = useTold()
  return useMutation({
    mutationFn: async (comment: string) => {
      for (const alert of problem.alerts.filter(isUnattended)) {
        await answer(
          api.POST('/v1/alerts/{alert_id}/acknowledge', {
            params: { path: { alert_id: alert.id } },
            body: { comment },
          }),
        )
      }
    },
    onError: sayRefused,
    onSettled: told,
  })
}

export function isUnattended(alert: Alert): boolean {
  return alert.state === 'open'
}

export function useClose(problem: Problem) {
  const told = useTold()
  return useMutation({
    mutationFn: (comment: string) =>
      answer(
        api.POST('/v1/problems/{problem_id}/close', {
          params: { path: { problem_id: problem.id } },
          body: { comment },
        }),
      ),
    onSettled: told,
  })
}

export function useComment(problem: Problem) {
  const told = useTold()
  return useMutation({
    mutationFn: (comment: string) =>
      answer(
        api.POST('/v1/problems/{problem_id}/comments', {
          params: { path: { problem_id: problem.id } },
          body: { comment },
        }),
      ),
    onSettled: told,
  })
}

function useTold() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['problems'] }),
      client.invalidateQueries({ queryKey: ['alerts'] }),
    ])
}
