import type { ReactNode } from 'react'
import classes from './Page.module.css'
import { useTitle } from './useTitle'

interface PageProps {
  title: string
  /** What stands in the browser's tab, when it is more than the title. */
  tab?: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** Uses the height of the window, and scrolls inside. */
  fixed?: boolean
}

export function Page({ title, tab, lead, actions, children, fixed = false }: PageProps): ReactNode {
  useTitle(tab ?? title)
  return (
    <div className={fixed ? classes.fixed : classes.page}>
      <header className={classes.header}>
        <div className={classes.heading}>
          <h1 className={classes.title}>{title}</h1>
          {lead && <div className={classes.lead}>{lead}</div>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Panel({
  title,
  side,
  children,
  flush = false,
}: {
  title?: ReactNode
  side?: ReactNode
  children: ReactNode
  flush?: boolean
}): ReactNode {
  return (
    <section className={classes.panel}>
      {title && (
        <header className={classes.panelHeader}>
          <h2 className={classes.panelTitle}>{title}</h2>
          {side}
        </header>
      )}
      <div className={flush ? undefined : classes.panelBody}>{children}</div>
    </section>
  )
}
