import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { answer, api } from '../api/client'
import type { Event } from '../api/nouns'
import { Failed, Waiting } from '../shell/States'
import { length } from '../time/words'
import classes from './Neighbours.module.css'
import { asideOf, nearest } from './nearest'
import { KindDisc } from './Signs'
import { apiWindow } from './search'

const REACH_MS = 30 * 60_000
const ASKED = 200 // from an instant on, what goes on since before comes first

/** What happened within half an hour, before and after, where this event happened. */
export function Neighbours({ event, onOpen }: { event: Event; onOpen: (id: string) => void }): ReactNode {
  const near = useNeighbours(event)
  const list = useRef<HTMLOListElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another event, or its answer, has another place in the list
  useEffect(() => {
    const own = list.current?.querySelector<HTMLElement>('[aria-current]')
    if (own && list.current) list.current.scrollTop = own.offsetTop - list.current.clientHeight / 2
  }, [event.id, near.data])
  if (event.matched && asideOf(event) === null) return <Said>It concerns nothing that is known here.</Said>
  if (near.isPending) return <Waiting rows={3} />
  if (!near.data) return <Failed error={near.error} onRetry={() => near.refetch()} />
  const { events, most } = near.data
  if (events.length === 1) return <Said>Nothing else within half an hour.</Said>
  return (
    <>
      {most !== null && <Said>More happened than is shown: on either side, at most the nearest {most}.</Said>}
      <ol ref={list} className={classes.list}>
        {events.map((one) => (
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
    </>
  )
}

function Said({ children }: { children: ReactNode }): ReactNode {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  )
}

function useNeighbours(event: Event) {
  const aside = asideOf(event)
  const at = Date.parse(event.time)
  return useQuery({
    queryKey: ['events', 'neighbours', event.id, aside, at],
    queryFn: async ({ signal }) => {
      const ask = (from: number, to: number, order: 'time' | '-time') => {
        const query = { ...aside, ...apiWindow({ from, to }), order, limit: ASKED }
        return answer(api.GET('/v1/events', { params: { query }, signal }))
      }
      const [before, after] = await Promise.all([ask(at - REACH_MS, at, '-time'), ask(at, at + REACH_MS, 'time')])
      return nearest(event, before, after)
    },
    enabled: aside !== null,
    staleTime: 60_000,
  })
}

function distance(one: Event, other: Event): string {
  const ms = Date.parse(one.time) - Date.parse(other.time)
  if (Math.abs(ms) < 1000) return 'at once'
  const [first = '', second = ''] = length(Math.abs(ms)).split(' ')
  return `${ms < 0 ? '−' : '+'}${first}${first.endsWith('m') ? ` ${second}` : ''}`.trim()
}
