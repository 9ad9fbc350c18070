import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, api, done } from '../api/client'
import type { Alert, Problem, ProblemComment, ProblemQuery } from '../api/nouns'
import { useCall } from '../api/useCall'
import { useKeptError } from '../api/useKeptError'
import { walk } from '../api/walk'
import { useMay } from '../session/useSession'
import { sayRefused } from '../shell/notice'

/** How often problems are looked at where nothing says by itself that they changed. */
export const POLL_SECONDS = 15
const POLL_MS = POLL_SECONDS * 1000

/** How many open problems are read at most: the last opened. */
export const MOST_OPEN = 1000
const PAGE = 500 // each has ten of its alerts with it

/** Which of those that are open. */
export type OpenFilter = Pick<ProblemQuery, 'severity' | 'q'>

const ANY_OPEN: OpenFilter = {}

interface OpenProblems {
  problems: Problem[]
  /** More are open than were read. */
  isCut: boolean
}

/** What is wrong now; nothing is asked, and nothing known, without the right to read events. */
export function useOpenProblems(filter: OpenFilter = ANY_OPEN) {
  const mayRead = useMay('events:read')
  const asked = useQuery({
    queryKey: ['problems', 'open', filter],
    queryFn: ({ signal }) => openProblems(filter, signal),
    enabled: mayRead,
    refetchInterval: POLL_MS,
  })
  return { ...asked, error: useKeptError(asked) }
}

/** All of them, since the worst may be the oldest. */
async function openProblems(filter: OpenFilter, signal: AbortSignal): Promise<OpenProblems> {
  const query = { ...filter, state: ['open' as const], limit: PAGE }
  const { pages, isCut } = await walk(
    (cursor) => answer(api.GET('/v1/problems', { params: { query: { ...query, cursor } }, signal })),
    MOST_OPEN / PAGE,
  )
  return { problems: pages.flatMap(({ problems }) => problems), isCut }
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
  return useCall({
    mutationFn: async (comment: string) => {
      for (const alert of await unattended(problem)) {
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

const MOST_ALERTS = 10_000 // a problem has no more
const ALERTS_PAGE = 1000

/** All of its alerts that nobody looks after: a problem itself has a thousand of its alerts with it. */
async function unattended(problem: Problem): Promise<Alert[]> {
  const query = { problem: [problem.id], state: ['open' as const], limit: ALERTS_PAGE }
  const { pages } = await walk(
    (cursor) => answer(api.GET('/v1/alerts', { params: { query: { ...query, cursor } } })),
    MOST_ALERTS / ALERTS_PAGE,
  )
  return pages.flatMap(({ alerts }) => alerts)
}

export function useClose(problem: Problem) {
  const told = useTold()
  return useCall({
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
  return useCall({
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
  return useCall({
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
