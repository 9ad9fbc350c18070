import { Button, SegmentedControl } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ProblemQuery, Severity } from '../api/nouns'
import { SeverityChoice } from '../events/SeverityChoice'
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
import { useProblems } from './useProblems'

const route = getRouteApi('/problems')

export function ProblemsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const state = search.state ?? 'open'
  const query: ProblemQuery = {
    ...(state === 'all' ? {} : { state: [state] }),
    ...(search.severity ? { severity: search.severity as Severity[] } : {}),
    ...(search.q ? { q: [search.q] } : {}),
    limit: 100,
  }
  const rows = useLinkKeys()
  const stream = useProblemNews()
  const list = useProblems(query, stream === 'live')
  const listed = list.data?.pages.flatMap((page) => page.problems) ?? []
  const problems = state === 'open' ? [...listed].sort(worstFirst) : listed
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
        {list.isPending ? (
          <Waiting />
        ) : !list.data ? (
          <Failed error={list.error} onRetry={() => list.refetch()} />
        ) : problems.length === 0 ? (
          <NoProblems
            isOpen={state === 'open'}
            isNarrowed={search.severity !== undefined || search.q !== undefined}
            onClear={() => navigate({ search: (now) => ({ ...now, severity: undefined, q: undefined }) })}
          />
        ) : (
          <ul ref={rows} className={classes.list}>
            {problems.map((problem) => (
              <ProblemRow key={problem.id} problem={problem} />
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <Button m="md" variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            More
          </Button>
        )}
      </Panel>
    </Page>
  )
}
