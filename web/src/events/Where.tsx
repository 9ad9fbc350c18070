import { Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Event } from '../api/nouns'
import { EntityLink } from '../catalogue/EntityLink'
import { useEntitiesNamed } from '../catalogue/useEntities'
import classes from './Where.module.css'
import { whereSentence } from './where'

const MOST = 12

/** Whom an event concerns: as it was said, and whom that means now. */
export function Where({ event }: { event: Event }): ReactNode {
  const [isLong, setLong] = useState(false)
  const { entities: named } = useEntitiesNamed(event.entities.slice(0, MOST))
  const sample = event.matched?.sample ?? []
  const listed = [...named, ...sample.filter(({ id }) => !named.some((one) => one.id === id))]
  const shown = isLong ? listed : listed.slice(0, 6)
  return (
    <div className={classes.where}>
      <Text size="sm">{whereSentence(event)}</Text>
      {event.scope && (
        <div className={classes.scope}>
          {(
            [
              ['cluster', event.scope.clusters],
              ['namespace', event.scope.namespaces],
              ['service', event.scope.services],
            ] as const
          ).flatMap(([kind, names]) =>
            names.slice(0, MOST).map((name) => (
              <span key={kind + name} className={classes.clause}>
                <b>{name}</b>
                <i>{kind}</i>
              </span>
            )),
          )}
        </div>
      )}
      {event.matched && (
        <Text size="xs" c="dimmed">
          Matched {event.matched.count.toLocaleString('en')} of {event.matched.of.toLocaleString('en')} services
        </Text>
      )}
      {listed.length > 0 && (
        <div className={classes.list}>
          {shown.map((entity) => (
            <EntityLink key={entity.id} entity={entity} />
          ))}
          {listed.length > shown.length && (
            <button type="button" className={classes.more} onClick={() => setLong(true)}>
              {listed.length - shown.length} more
            </button>
          )}
          {isLong && event.matched && event.matched.count > sample.length && (
            <Text size="xs" c="dimmed">
              … and {event.matched.count - sample.length} more
            </Text>
          )}
        </div>
      )}
    </div>
  )
}
