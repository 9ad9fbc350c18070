import type { ReactNode } from 'react'
import classes from './Live.module.css'

/** How many events came since the list was read; it moves only when its reader says so. */
export function FreshEvents({ count, onShow }: { count: number; onShow: () => void }): ReactNode {
  const words = `${count.toLocaleString('en')} new ${count === 1 ? 'event' : 'events'}`
  return (
    <>
      {count > 0 && (
        <button type="button" className={classes.fresh} onClick={onShow}>
          {words}: show
        </button>
      )}
      <span className="unseen" role="status">
        {count > 0 ? words : ''}
      </span>
    </>
  )
}
