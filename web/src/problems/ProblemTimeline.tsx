import { Button } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import type { Event, Problem, Severity } from '../api/nouns'
import { SEVERITIES } from '../events/looks'
import { Panel } from '../shell/Page'
import { Failed, Waiting } from '../shell/States'
import type { Stretch } from '../time/window'
import { LaneLabel } from '../timeline/LaneLabel'
import { Timeline } from '../timeline/Timeline'
import { EVERYWHERE, useLanes } from '../timeline/useLanes'
import { lifeOf } from './life'
import { ProblemGraph } from './ProblemGraph'
import classes from './Problems.module.css'
import { suspectsOf, useProblemGraph } from './useProblemGraph'

const MOST_LANES = 12

interface ProblemTimelineProps {
  problem: Problem
  openId: string | undefined
  onOpen: (eventId: string) => void
}

/** Where the symptom went, and in which order everything happened. */
export function ProblemTimeline({ problem, openId, onOpen }: ProblemTimelineProps): ReactNode {
  const whole = useMemo(() => lifeOf(problem), [problem])
  const [zoomed, setZoomed] = useState<Stretch | null>(null)
  const stretch = zoomed ?? whole
  const { graph, isPending } = useProblemGraph(problem)
  const ids = [...new Set([...suspectsOf(problem), ...problem.affected.map(({ id }) => id)])].slice(0, MOST_LANES)
  const { lanes, events, ...asked } = useLanes(ids, stretch)
  const worst = useMemo(() => worstOf(lanes, problem), [lanes, problem])
  const label = (id: string) => {
    const entity = graph.nodes.find((node) => node.entity.id === id)?.entity
    return <LaneLabel entity={entity} name={id === EVERYWHERE ? 'Every service' : id} />
  }
  return (
    <>
      <Panel
        title="How it spread"
        side={
          <span className={classes.legend}>
            <span>① is the most suspected</span>
            <span>arrows show how a symptom goes: from what is used to who uses it</span>
          </span>
        }
      >
        {isPending ? <Waiting rows={3} /> : <ProblemGraph graph={graph} worst={worst} />}
      </Panel>
      <Panel
        flush
        title="In the order of time"
        side={
          zoomed && (
            <Button size="compact-xs" variant="default" onClick={() => setZoomed(null)}>
              The whole problem
            </Button>
          )
        }
      >
        {asked.isPending ? (
          <Waiting rows={5} />
        ) : asked.error && events.length === 0 ? (
          <Failed error={asked.error} />
        ) : (
          <Timeline
            lanes={lanes}
            label={label}
            stretch={stretch}
            isStale={asked.isStale}
            openId={openId}
            onOpen={({ id }) => onOpen(id)}
            onZoom={setZoomed}
          />
        )}
      </Panel>
    </>
  )
}

/** The worst event of the problem in each lane. */
function worstOf(
  lanes: readonly { id: string; marks: readonly { event: Event }[] }[],
  problem: Problem,
): Map<string, Severity> {
  const found = new Map<string, Severity>()
  for (const { id, marks } of lanes) {
    const own = marks.filter(({ event }) => event.problem_id === problem.id).map(({ event }) => event.severity)
    const worst = SEVERITIES.find((severity) => own.includes(severity))
    if (worst) found.set(id, worst)
  }
  return found
}
