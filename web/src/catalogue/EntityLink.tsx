import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Brief } from '../api/nouns'
import classes from './EntityLink.module.css'

/** An entity by its name and where it is, leading to its page. */
export function EntityLink({ entity }: { entity: Brief }): ReactNode {
  const place = [entity.cluster, entity.namespace].filter(Boolean).join(' / ')
  return (
    <Link className={classes.entity} to="/services/$entity" params={{ entity: entity.id }} title={entity.tag}>
      <span className={classes.name}>{entity.name}</span>
      {place && <span className={classes.place}>{place}</span>}
      {entity.type !== 'SERVICE' && <span className={classes.type}>{entity.type.toLowerCase()}</span>}
    </Link>
  )
}
