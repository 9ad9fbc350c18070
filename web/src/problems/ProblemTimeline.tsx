import { Button, Text } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import type { Problem } from '../api/nouns'
import { Panel } from '../shell/Page'
import { Empty, Failed, Waiting } from '../shell/States'
import { type Stretch, withinYears } from '../time/window'
import { KnownLanes } from '../timeline/KnownLanes'
import { LaneLabel } from '../timeline/LaneLabel'
import { EVERYWHERE, useLanes } from '../timeline/useLanes'
import { lifeOf } from './life'
import { ProblemGraph } from './ProblemGraph'
import classes from './Problems.module.css'
import { suspectsOf, useProblemGraph } from './useProblemGraph'
import { worstOf } from './worst'

const FEW_DRAWN = 40
const FEW_LANES = 12
const MOST_LANES = 50

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
  const [mostDrawn, setMostDrawn] = useState(FEW_DRAWN)
  const { known, ...related } = useProblemGraph(problem, mostDrawn)
  const [most, setMost] = useState(FEW_LANES)
  const all = [...new Set([...suspectsOf(problem), ...problem.affected.map(({ id }) => id)])]
  const lanes = useLanes(all.slice(0, most), stretch)
  const worst = useMemo(() => worstOf(problem, lanes.lanes), [problem, lanes.lanes])
  const label = (id: string) => {
    const entity = [...problem.affected, ...(known?.graph.nodes ?? []).map((node) => node.entity)].find(
      (one) => one.id === id,
    )
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
            {known && known.unasked > 0 && (
              <span>{known.unasked.toLocaleString('en')} are drawn without all of their arrows</span>
            )}
            {known && known.graph.hidden > 0 && (
              <>
                <span>
                  {known.graph.nodes.length} of {(known.graph.nodes.length + known.graph.hidden).toLocaleString('en')}{' '}
                  entities
                </span>
                <Button size="compact-xs" variant="default" onClick={() => setMostDrawn(Number.POSITIVE_INFINITY)}>
                  Draw all
                </Button>
              </>
            )}
          </span>
        }
      >
        {related.error && (
          <Failed
            lost="Not all arrows are known"
            error={related.error}
            isAsked={related.isAskedAgain}
            onRetry={related.askAgain}
          />
        )}
        {!known ? (
          <Waiting rows={3} />
        ) : known.graph.nodes.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing is known of where it is.
          </Text>
        ) : (
          <ProblemGraph graph={known.graph} worst={worst} />
        )}
      </Panel>
      <Panel
        flush
        title="In the order of time"
        side={
          <span className={classes.legend}>
            {all.length > most && (
              <span>
                {most} of {all.length} lanes
              </span>
            )}
            {all.length > most && most < MOST_LANES && (
              <Button size="compact-xs" variant="default" onClick={() => setMost(MOST_LANES)}>
                Show {all.length > MOST_LANES ? MOST_LANES : 'all'}
              </Button>
            )}
            {zoomed && (
              <Button size="compact-xs" variant="default" onClick={() => setZoomed(null)}>
                The whole problem
              </Button>
            )}
          </span>
        }
      >
        {all.length === 0 ? (
          <Empty title="It names no service that is known">Or more of them than are told one by one.</Empty>
        ) : (
          <KnownLanes
            known={lanes}
            label={label}
            stretch={stretch}
            openId={openId}
            onOpen={({ id }) => onOpen(id)}
            onZoom={(chosen) => setZoomed(withinYears(chosen))}
          />
        )}
      </Panel>
    </>
  )
}
