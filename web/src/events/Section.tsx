import type { ReactNode } from 'react'
import classes from './Section.module.css'

/** A part of what is shown of an event. */
export function Section({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>{title}</h3>
      {children}
    </section>
  )
}
