import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Problem } from '../api/nouns'
import { Sentence } from '../causes/Sentence'
import { Sign } from '../events/Signs'
import { Duration, Instant } from '../time/Instant'
import { isLookedAfter } from './attended'
import classes from './Problems.module.css'
import { suspicion } from './suspicion'

export function ProblemRow({ problem }: { problem: Problem }): ReactNode {
  const isOpen = problem.state === 'open'
  const state = isLookedAfter(problem) ? 'acknowledged' : problem.state
  const names = problem.affected.map(({ name }) => name)
  return (
    <li>
      <Link className={classes.row} to="/problems/$problem" params={{ problem: problem.name }} data-open={isOpen}>
        <Sign severity={problem.severity} size={15} />
        <span className={classes.words}>
          <span className={classes.title}>
            <span className={classes.name}>{problem.name}</span>
            {problem.title}
          </span>
          <span className={classes.cause}>
            <Sentence text={suspicion(problem)} />
          </span>
        </span>
        <span className={classes.meta}>
          <span className={classes.state} data-state={state}>
            {state === 'acknowledged' ? 'looked after' : state}
          </span>
          <span>
            <b>
              <Duration from={problem.opened_at} to={problem.closed_at} />
            </b>{' '}
            since <Instant at={problem.opened_at} />
          </span>
        </span>
        <span className={classes.affected}>
          {problem.alert_count} {problem.alert_count === 1 ? 'alert' : 'alerts'}
          <span className={classes.names}>{names.length === 0 ? 'on no known entity' : `on ${few(names)}`}</span>
        </span>
      </Link>
    </li>
  )
}

function few(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}
