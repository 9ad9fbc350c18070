import { type ReactNode, useState } from 'react'
import type { Reason } from '../api/nouns'
import classes from './CauseList.module.css'
import { Sentence } from './Sentence'

interface ReasonsProps {
  reasons: readonly Reason[]
  score: number
  isOpen: boolean
  onOpen: (eventId: string) => void
}

/** Why something is suspected: sentences, each with what it adds to the score and the event that shows it. */
export function Reasons({ reasons, score, isOpen, onOpen }: ReasonsProps): ReactNode {
  const [isShown, setShown] = useState(isOpen)
  if (!isShown) {
    return (
      <button type="button" className={classes.toggle} onClick={() => setShown(true)}>
        {reasons.length} {reasons.length === 1 ? 'reason' : 'reasons'}
      </button>
    )
  }
  return (
    <ul className={classes.reasons}>
      {reasons.map((reason) => (
        <li key={reason.code + reason.text} className={classes.reason}>
          <span className={classes.weight} title={`Adds ${reason.weight} to the score`}>
            <span className={classes.share} style={{ width: `${share(reason.weight, score)}%` }} />
            <span className="unseen">weight {reason.weight.toFixed(2)}: </span>
          </span>
          <span className={classes.text}>
            <Sentence text={reason.text} />
            {reason.event_ids.slice(0, 3).map((id, at) => (
              <button key={id} type="button" className={classes.proof} onClick={() => onOpen(id)}>
                <span className="unseen">Event that shows it: </span>
                {at + 1}
              </button>
            ))}
          </span>
        </li>
      ))}
    </ul>
  )
}

function share(weight: number, score: number): number {
  return score > 0 ? Math.min(100, Math.max(weight > 0 ? 3 : 0, (weight / score) * 100)) : 0
}
