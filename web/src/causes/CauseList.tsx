import { Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Cause } from '../api/nouns'
import { EntityLink } from '../catalogue/EntityLink'
import { KindDisc } from '../events/Signs'
import { Instant } from '../time/Instant'
import classes from './CauseList.module.css'
import { Reasons } from './Reasons'

interface CauseListProps {
  causes: readonly Cause[]
  /** Whether the first is likely; if not, they are guesses. */
  likely: boolean
  onOpen: (eventId: string) => void
}

const SHOWN = 3

/** Suspects, best first, each with its reasons. */
export function CauseList({ causes, likely, onOpen }: CauseListProps): ReactNode {
  const [isLong, setLong] = useState(false)
  const shown = isLong ? causes : causes.slice(0, SHOWN)
  return (
    <>
      {!likely && (
        <Text size="sm" c="dimmed" mb={8}>
          None of these is likely; they are guesses.
        </Text>
      )}
      <ol className={classes.list}>
        {shown.map((cause) => (
          <li key={cause.rank} className={classes.cause} data-first={likely && cause.rank === 1}>
            <div className={classes.head}>
              <span className={classes.rank}>{cause.rank}</span>
              <Suspect cause={cause} onOpen={onOpen} />
              <Score score={cause.score} />
            </div>
            <Reasons reasons={cause.reasons} score={cause.score} onOpen={onOpen} isOpen={cause.rank === 1} />
          </li>
        ))}
      </ol>
      {causes.length > SHOWN && (
        <button type="button" className={classes.more} onClick={() => setLong(!isLong)}>
          {isLong ? 'Show fewer' : `Show all ${causes.length}`}
        </button>
      )}
    </>
  )
}

function Suspect({ cause: { event, entity }, onOpen }: { cause: Cause; onOpen: (eventId: string) => void }): ReactNode {
  if (!event)
    return <span className={classes.suspect}>{entity ? <EntityLink entity={entity} /> : 'Something unknown'}</span>
  return (
    <span className={classes.suspect}>
      <button type="button" className={classes.change} onClick={() => onOpen(event.id)}>
        <KindDisc event={event} size={24} />
        <span>{event.title}</span>
      </button>
      <Text size="xs" c="dimmed" pl={33}>
        {event.type} · <Instant at={event.time} />
        {entity && ` · on ${entity.name}`}
      </Text>
    </span>
  )
}

function Score({ score }: { score: number }): ReactNode {
  return (
    <span className={classes.score} title="From 0 to 1; no probability">
      <span className={classes.number}>{score.toFixed(2)}</span>
      <span className={classes.track} role="img" aria-label={`Score ${score.toFixed(2)} of 1`}>
        <span className={classes.fill} style={{ width: `${score * 100}%` }} />
      </span>
    </span>
  )
}
