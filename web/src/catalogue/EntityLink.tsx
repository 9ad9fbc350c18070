import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Brief } from '../api/nouns'
import { useMay } from '../session/useSession'
import classes from './EntityLink.module.css'

/** An entity by its name and where it is; it leads to its page whoever may read the catalogue. */
export function EntityLink({ entity }: { entity: Brief }): ReactNode {
  const mayRead = useMay('entities:read')
  const place = [entity.cluster, entity.namespace].filter(Boolean).join(' / ')
  const words = (
    <>
      <span className={classes.name}>{entity.name}</span>
      {place && <span className={classes.place}>{place}</span>}
      {entity.type !== 'SERVICE' && <span className={classes.type}>{entity.type.toLowerCase()}</span>}
    </>
  )
  if (!mayRead) {
    return (
      <span className={classes.entity} title={entity.tag}>
        {words}
      </span>
    )
  }
  return (
    <Link className={classes.entity} to="/services/$entity" params={{ entity: entity.id }} title={entity.tag}>
      {words}
    </Link>
  )
}
