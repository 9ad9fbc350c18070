import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { answer, api, done } from '../api/client'
import type { Event, EventChange } from '../api/nouns'
import { useCall } from '../api/useCall'

const TOUCHED = ['events', 'alerts', 'problems']

/** An alert follows its event, and a problem its alerts: all of them are looked at again. */
export function useChangeEvent({ id }: Event) {
  const client = useQueryClient()
  return useCall({
    mutationFn: (change: EventChange) =>
      answer(api.PATCH('/v1/events/{event_id}', { params: { path: { event_id: id } }, body: change })),
    onSuccess: () => Promise.all(TOUCHED.map((noun) => client.invalidateQueries({ queryKey: [noun] }))),
  })
}

/** What is gone itself is not asked for again, and forgotten with whatever showed it. */
export function useRemoveEvent({ id, alert_id }: Event) {
  const client = useQueryClient()
  const isGone = useRef(false)
  useEffect(
    () => () => {
      if (isGone.current) client.removeQueries({ predicate: ({ queryKey }) => queryKey[2] === id })
    },
    [client, id],
  )
  return useCall({
    mutationFn: () => done(api.DELETE('/v1/events/{event_id}', { params: { path: { event_id: id } } })),
    onSuccess: () => {
      isGone.current = true
      return client.invalidateQueries({
        predicate: ({ queryKey: [noun, , which] }) =>
          TOUCHED.includes(String(noun)) && which !== id && (alert_id === null || which !== alert_id),
      })
    },
  })
}
