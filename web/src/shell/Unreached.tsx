import type { ReactNode } from 'react'
import { Instant } from '../time/Instant'
import classes from './Unreached.module.css'
import { useUnreached } from './useUnreached'

/** Says once for all of a page that the server is not reached; empty while it is, so that what comes is read out. */
export function Unreached(): ReactNode {
  const since = useUnreached()
  return (
    <div className={classes.strip} role="status">
      {since !== null && (
        <p>
          Server not reached since <Instant at={since} />. What you see is what was known then.
        </p>
      )}
    </div>
  )
}
