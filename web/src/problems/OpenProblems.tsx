import { IconArrowRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Problem } from '../api/nouns'
import { Sentence } from '../causes/Sentence'
import { Sign } from '../events/Signs'
import { Failed } from '../shell/States'
import { Duration } from '../time/Instant'
import classes from './OpenProblems.module.css'
import { worstFirst } from './order'
import { suspicion } from './suspicion'
import { useOpenProblems } from './useProblems'

const SHOWN = 3

/** What is wrong now and where it probably began, above everything else. It has its room also while nothing is wrong or
 *  that is asked: what stands below it is not to move under a hand when a problem opens. */
export function OpenProblems(): ReactNode {
  const { data, isPending, error, refetch } = useOpenProblems()
  return (
    <>
      {error && <Failed lost="What is open is not known" error={error} isAsked={isPending} onRetry={() => refetch()} />}
      {data && data.problems.length > 0 && <Cards problems={data.problems} areMore={data.isCut} />}
      {data?.problems.length === 0 && <p className={classes.none}>No problem is open</p>}
      {isPending && !error && (
        <p className={classes.none} aria-busy="true">
          What is open is being asked …
        </p>
      )}
    </>
  )
}

function Cards({ problems: open, areMore }: { problems: readonly Problem[]; areMore: boolean }): ReactNode {
  const problems = [...open].sort(worstFirst)
  return (
    <ul className={classes.list} aria-label="Open problems">
      {problems.slice(0, SHOWN).map((problem) => (
        <li key={problem.id} className={classes.item}>
          <Link
            className={classes.card}
            data-severity={problem.severity}
            to="/problems/$problem"
            params={{ problem: problem.name }}
          >
            <Sign severity={problem.severity} size={13} />
            <span className={classes.words}>
              <span className={classes.title}>
                <span className={classes.name}>{problem.name}</span> {problem.title}
              </span>
              <span className={classes.cause}>
                <Duration from={problem.opened_at} to={null} /> · <Sentence text={suspicion(problem)} />
              </span>
            </span>
            <IconArrowRight size={16} className={classes.arrow} />
          </Link>
        </li>
      ))}
      {problems.length > SHOWN && (
        <li className={classes.rest}>
          <Link to="/problems">
            {problems.length - SHOWN}
            {areMore ? '+' : ''} more open
          </Link>
        </li>
      )}
    </ul>
  )
}
