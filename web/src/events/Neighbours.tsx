import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { answer, api } from '../api/client'
import type { Event } from '../api/nouns'
import { Failed, Waiting } from '../shell/States'
import { around, type Stretch } from '../time/window'
import { length } from '../time/words'
import classes from './Neighbours.module.css'
import { KindDisc } from './Signs'
import { eventQuery } from './search'

const REACH_MS = 60 * 60_000
const MOST = 60

/** What happened within half an hour, before and after, where this event happened. */
export function Neighbours({ event, onOpen }: { event: Event; onOpen: (id: string) => void }): ReactNode {
  const near = useNeighbours(event, around(Date.parse(event.time), REACH_MS))
  const list = useRef<HTMLOListElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another event, or its answer, has another place in the list
  useEffect(() => {
    const own = list.current?.querySelector<HTMLElement>('[aria-current]')
    if (own && list.current) list.current.scrollTop = own.offsetTop - list.current.clientHeight / 2
  }, [event.id, near.data])
  if (near.isPending) return <Waiting rows={3} />
  if (!near.data) return <Failed error={near.error} onRetry={() => near.refetch()} />
  const others = near.data.events.filter(({ id }) => id !== event.id)
  if (others.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing else within half an hour.
      </Text>
    )
  }
  const all = [...others, event].sort((a, b) => a.time.localeCompare(b.time))
  return (
    <ol ref={list} className={classes.list}>
      {all.map((one) => (
        <li key={one.id} aria-current={one.id === event.id || undefined}>
          <button type="button" className={classes.row} onClick={() => onOpen(one.id)} disabled={one.id === event.id}>
            <span className={classes.when}>{one.id === event.id ? 'this' : distance(one, event)}</span>
            <KindDisc event={one} size={22} />
            <span className={classes.title}>{one.title}</span>
            <span className={classes.type}>{one.type}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}

function useNeighbours(event: Event, stretch: Stretch) {
  const sample = event.matched?.sample.map(({ id }) => id) ?? []
  const entity = [...new Set([...event.entities, ...sample])].slice(0, 20)
  return useQuery({
    queryKey: ['events', 'neighbours', event.id, entity, stretch],
    queryFn: ({ signal }) => {
      const query = { ...eventQuery(entity.length > 0 ? { entity } : {}, stretch), order: 'time' as const, limit: MOST }
      return answer(api.GET('/v1/events', { params: { query }, signal }))
    },
    enabled: event.matched !== undefined && event.matched !== null,
    staleTime: 60_000,
  })
}

function distance(one: Event, other: Event): string {
  const ms = Date.parse(one.time) - Date.parse(other.time)
  if (Math.abs(ms) < 1000) return 'at once'
  const [first = '', second = ''] = length(Math.abs(ms)).split(' ')
  return `${ms < 0 ? '−' : '+'}${first}${first.endsWith('m') ? ` ${second}` : ''}`.trim()
}
