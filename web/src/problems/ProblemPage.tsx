import { Text } from '@mantine/core'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { AlertList } from '../alerts/AlertList'
import type { StreamState } from '../api/follow'
import type { Problem } from '../api/nouns'
import { Causes } from '../causes/Causes'
import { EventDrawer } from '../events/EventDrawer'
import { SeverityBadge } from '../events/Signs'
import { Page, Panel } from '../shell/Page'
import { Failed, Waiting } from '../shell/States'
import { useKeys } from '../shell/useKeys'
import { Duration, Instant } from '../time/Instant'
import { windowSearch } from '../time/window'
import { Comments } from './Comments'
import { Following } from './Following'
import { stretchOf } from './life'
import { ProblemActions } from './ProblemActions'
import classes from './Problems.module.css'
import { ProblemTimeline } from './ProblemTimeline'
import { useProblemNews } from './useProblemNews'
import { useProblem } from './useProblems'

const route = getRouteApi('/problems/$problem')

export function ProblemPage(): ReactNode {
  const { problem: name } = route.useParams()
  const { event } = route.useSearch()
  const navigate = route.useNavigate()
  const stream = useProblemNews(name)
  const problem = useProblem(name, stream === 'live')
  const open = (id: string | undefined) => navigate({ search: { event: id } })
  useKeys({ Escape: () => event && open(undefined), r: () => problem.refetch() })
  if (problem.isPending) return <Waiting rows={10} />
  if (!problem.data) {
    return (
      <Page title={name}>
        <Failed error={problem.error} onRetry={() => problem.refetch()} />
      </Page>
    )
  }
  return (
    <>
      <Shown key={problem.data.id} problem={problem.data} stream={stream} openId={event} onOpen={open} />
      <EventDrawer id={event} onOpen={open} onClose={() => open(undefined)} />
    </>
  )
}

interface ShownProps {
  problem: Problem
  stream: StreamState
  openId: string | undefined
  onOpen: (eventId: string) => void
}

function Shown({ problem, stream, openId, onOpen }: ShownProps): ReactNode {
  return (
    <Page
      title={problem.title}
      tab={`${problem.name} ${problem.title}`}
      lead={<Lead problem={problem} />}
      actions={
        <>
          <Following state={stream} />
          <ProblemActions problem={problem} />
        </>
      }
    >
      <Causes asked={{ problem: problem.id }} asOf={problem.explained_at} onOpen={onOpen} />
      <ProblemTimeline problem={problem} openId={openId} onOpen={onOpen} />
      <div className={classes.columns}>
        <Panel
          title={`Alerts (${problem.alert_count})`}
          side={
            <Link to="/events" search={{ problem: [problem.name], ...windowSearch(stretchOf(problem)) }}>
              Their events
            </Link>
          }
        >
          <AlertList alerts={problem.alerts} onOpen={onOpen} hideProblem />
          {problem.alerts.length > 0 && problem.alerts.length < problem.alert_count && (
            <Text size="sm" c="dimmed">
              The first {problem.alerts.length.toLocaleString('en')} are here, and all among their events.
            </Text>
          )}
        </Panel>
        <Panel title={`Comments (${problem.comment_count})`}>
          <Comments problem={problem} />
        </Panel>
      </div>
    </Page>
  )
}

function Lead({ problem }: { problem: Problem }): ReactNode {
  return (
    <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 10, alignItems: 'center' }}>
      <Text span fw={600}>
        {problem.name}
      </Text>
      <SeverityBadge severity={problem.severity} />
      <span className={classes.state} data-state={problem.state}>
        {problem.state}
      </span>
      <span>
        <Duration from={problem.opened_at} to={problem.closed_at} /> · since <Instant at={problem.opened_at} />
        {problem.closed_at && (
          <>
            {' '}
            · closed <Instant at={problem.closed_at} /> {problem.closed_by === 'user' && 'by a person'}
            {problem.closed_by === 'alerts' && 'when its alerts had ended'}
          </>
        )}
      </span>
      {problem.merged_into && (
        <Link to="/problems/$problem" params={{ problem: problem.merged_into }}>
          is part of another problem now
        </Link>
      )}
    </span>
  )
}
