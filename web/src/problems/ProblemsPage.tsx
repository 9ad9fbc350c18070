import { Button, SegmentedControl, Text } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Problem, ProblemQuery, Severity } from '../api/nouns'
import { SeverityChoice } from '../events/SeverityChoice'
import { More } from '../shell/More'
import { Page, Panel } from '../shell/Page'
import { SearchField } from '../shell/SearchField'
import { Failed, Waiting } from '../shell/States'
import { useLinkKeys } from '../shell/useLinkKeys'
import { Following } from './Following'
import { NoProblems } from './NoProblems'
import { worstFirst } from './order'
import { ProblemRow } from './ProblemRow'
import classes from './Problems.module.css'
import { useProblemNews } from './useProblemNews'
import { MOST_OPEN, type OpenFilter, useOpenProblems, useProblems } from './useProblems'

const route = getRouteApi('/problems')

export function ProblemsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const state = search.state ?? 'open'
  const { severity, q } = search
  const filter: OpenFilter = {
    ...(severity ? { severity: severity as Severity[] } : {}),
    ...(q ? { q: [q] } : {}),
  }
  const stream = useProblemNews()
  const nothing = (
    <NoProblems
      isOpen={state === 'open'}
      isNarrowed={severity !== undefined || q !== undefined}
      onClear={() => navigate({ search: (now) => ({ ...now, severity: undefined, q: undefined }) })}
    />
  )
  return (
    <Page
      title="Problems"
      lead={
        <span className={classes.lead}>
          Alerts that share a cause
          <Following state={stream} />
        </span>
      }
      actions={
        <>
          <SearchField
            label="Search problems"
            value={search.q}
            onChange={(q) => navigate({ search: (now) => ({ ...now, q }) })}
          />
          <SeverityChoice
            chosen={search.severity ?? []}
            onChange={(severity) => navigate({ search: (now) => ({ ...now, severity }) })}
          />
          <SegmentedControl
            aria-label="State"
            value={state}
            onChange={(chosen) =>
              navigate({
                search: (now) => ({ ...now, state: chosen === 'closed' || chosen === 'all' ? chosen : undefined }),
              })
            }
            data={[
              { value: 'open', label: 'Open' },
              { value: 'closed', label: 'Closed' },
              { value: 'all', label: 'All' },
            ]}
          />
        </>
      }
    >
      <Panel flush>
        {state === 'open' ? (
          <OpenList key={JSON.stringify(filter)} filter={filter} nothing={nothing} />
        ) : (
          <PagedList
            query={{ ...filter, ...(state === 'closed' ? { state: ['closed'] } : {}), limit: PAGE }}
            isLive={stream === 'live'}
            nothing={nothing}
          />
        )}
      </Panel>
    </Page>
  )
}

const PAGE = 100

interface ListProps {
  /** What is shown in the place of an empty list. */
  nothing: ReactNode
}

/** All that are open, the worst first; so many at a time that they can be drawn. */
function OpenList({ filter, nothing }: ListProps & { filter: OpenFilter }): ReactNode {
  const { data, isPending, error, refetch } = useOpenProblems(filter)
  const [most, setMost] = useState(PAGE)
  if (!data && error) return <Failed error={error} isAsked={isPending} onRetry={() => refetch()} />
  if (!data) return <Waiting />
  if (data.problems.length === 0) return nothing
  const problems = [...data.problems].sort(worstFirst)
  return (
    <>
      {data.isCut && (
        <Text size="sm" c="dimmed" p="md">
          More than {MOST_OPEN.toLocaleString('en')} are open: of those that opened last, the worst first.
        </Text>
      )}
      <ProblemList problems={problems.slice(0, most)} />
      {problems.length > most && (
        <Button m="md" variant="default" onClick={() => setMost(most + PAGE)}>
          More
        </Button>
      )}
    </>
  )
}

/** Those that were not asked for as open, the last opened first, page by page. */
function PagedList({ query, isLive, nothing }: ListProps & { query: ProblemQuery; isLive: boolean }): ReactNode {
  const list = useProblems(query, isLive)
  if (list.isPending) return <Waiting />
  if (!list.data) return <Failed error={list.error} onRetry={() => list.refetch()} />
  const problems = list.data.pages.flatMap((page) => page.problems)
  if (problems.length === 0) return nothing
  return (
    <>
      <ProblemList problems={problems} />
      <More list={list} />
    </>
  )
}

function ProblemList({ problems }: { problems: readonly Problem[] }): ReactNode {
  const rows = useLinkKeys()
  return (
    <ul ref={rows} className={classes.list}>
      {problems.map((problem) => (
        <ProblemRow key={problem.id} problem={problem} />
      ))}
    </ul>
  )
}
