import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Entity } from '../api/nouns'
import { Sign } from '../events/Signs'
import { Instant } from '../time/Instant'
import type { Condition } from './condition'
import classes from './Services.module.css'

export function ServiceCard({ entity, health }: { entity: Entity; health: Condition | undefined }): ReactNode {
  return (
    <li>
      <Link
        className={classes.card}
        to="/services/$entity"
        params={{ entity: entity.id }}
        data-severity={health?.worst ?? 'none'}
      >
        <span className={classes.name}>
          {entity.name}
          {health && <Sign severity={health.worst} />}
        </span>
        <span className={classes.chips}>
          {[entity.cluster, entity.namespace, entity.type === 'SERVICE' ? '' : entity.type.toLowerCase()]
            .filter(Boolean)
            .map((place) => (
              <span key={place} className={classes.chip}>
                {place}
              </span>
            ))}
        </span>
        <span className={classes.note}>
          {health ? (
            said(health)
          ) : (
            <>
              nothing open · seen <Instant at={entity.last_seen} relative />
            </>
          )}
        </span>
      </Link>
    </li>
  )
}

function said({ alerts, problems }: Condition): string {
  const parts = [
    alerts > 0 ? `${alerts} open ${alerts === 1 ? 'alert' : 'alerts'}` : '',
    problems.length > 0 ? `in ${problems.join(', ')}` : '',
  ]
  return parts.filter(Boolean).join(' · ')
}
