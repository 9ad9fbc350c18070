import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Entity } from '../api/nouns'
import { Sign } from '../events/Signs'
import { Instant } from '../time/Instant'
import type { Condition, Standing } from './condition'
import classes from './Services.module.css'

const WORDS: Readonly<Record<Exclude<Standing, Condition>, string>> = {
  well: 'nothing open · ',
  asked: '',
  unknown: 'not known · ',
}

export function ServiceCard({ entity, standing }: { entity: Entity; standing: Standing }): ReactNode {
  const ill = typeof standing === 'string' ? null : standing
  return (
    <li>
      <Link
        className={classes.card}
        to="/services/$entity"
        params={{ entity: entity.id }}
        data-standing={ill ? 'ill' : standing}
        data-severity={ill?.worst}
      >
        <span className={classes.name}>
          {entity.name}
          {ill && <Sign severity={ill.worst} />}
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
          {typeof standing === 'string' ? (
            <>
              {WORDS[standing]}seen <Instant at={entity.last_seen} relative />
            </>
          ) : (
            said(standing)
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
