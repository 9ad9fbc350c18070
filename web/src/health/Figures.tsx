import type { ReactNode } from 'react'
import classes from './Health.module.css'

interface FiguresProps {
  title: string
  value: string
  note: string
  tone?: 'good' | 'bad' | undefined
}

/** One figure, large, and what it means. */
export function Figures({ title, value, note, tone }: FiguresProps): ReactNode {
  return (
    <section className={classes.figure} data-tone={tone}>
      <h2>{title}</h2>
      <p className={classes.value} data-words={/^[a-z]+ /.test(value)}>
        {value}
      </p>
      <p className={classes.note}>{note}</p>
    </section>
  )
}
