import type { ReactNode } from 'react'
import { MOST_OPEN, useOpenProblems } from './useProblems'

/** How many problems are open, for who hears the page: it is read out whenever it becomes another number. */
export function OpenCount(): ReactNode {
  const { data } = useOpenProblems()
  return (
    <span className="unseen" role="status">
      {data && words(data.problems.length, data.isCut)}
    </span>
  )
}

function words(count: number, isCut: boolean): string {
  if (isCut) return `More than ${MOST_OPEN.toLocaleString('en')} problems are open`
  return count === 1 ? '1 problem is open' : `${count.toLocaleString('en')} problems are open`
}
