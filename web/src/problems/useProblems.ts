import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api, done } from '../api/client'
import type { Alert, Problem, ProblemComment, ProblemQuery } from '../api/nouns'
import { useMay } from '../session/useSession'
import { sayRefused } from '../shell/notice'

/** How often problems are looked at where nothing says by itself that they changed. */
export const POLL_SECONDS = 15
const POLL_MS = POLL_SECONDS * 1000

/** What is wrong now; nothing is asked, and nothing known, without the right to read events. */
export function useOpenProblems() {
  const mayRead = useMay('events:read')
  return useQuery({
    queryKey: ['problems', 'open'],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/problems', { params: { query: { state: ['open'], limit: 50 } }, signal })),
    enabled: mayRead,
    refetchInterval: POLL_MS,
  })
}

/** `isLive`: somebody says when they change. */
export function useProblems(query: ProblemQuery, isLive: boolean) {
  return useInfiniteQuery({
    queryKey: ['problems', 'list', query],
    queryFn: ({ signal, pageParam }) =>
      answer(api.GET('/v1/problems', { params: { query: { ...query, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: isLive ? false : POLL_MS,
  })
}

/** `isLive`: somebody says when it changes. */
export function useProblem(name: string, isLive: boolean) {
  return useQuery({
    queryKey: ['problems', 'one', name],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/problems/{problem_id}', { params: { path: { problem_id: name } }, signal })),
    refetchInterval: isLive ? false : POLL_MS,
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

export function useRemoveComment(problem: Problem) {
  const told = useTold()
  return useMutation({
    mutationFn: (comment: ProblemComment) =>
      done(
        api.DELETE('/v1/problems/{problem_id}/comments/{comment_id}', {
          params: { path: { problem_id: problem.id, comment_id: comment.id } },
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
