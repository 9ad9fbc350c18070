import { useState } from 'react'
import type { Event } from '../api/nouns'
import { useKeys } from '../shell/useKeys'

interface RowKeys {
  events: readonly Event[]
  openId: string | undefined
  onOpen: (event: Event) => void
  onClose: () => void
}

/** `j` and `k` walk the rows, and take the open drawer with them; Enter opens, Esc closes. */
export function useRowKeys({ events, openId, onOpen, onClose }: RowKeys): string | undefined {
  const [chosen, setChosen] = useState<string>()
  const activeId = openId ?? chosen
  const step = (by: number) => {
    const at = events.findIndex(({ id }) => id === activeId)
    const next = events[at < 0 ? 0 : Math.min(Math.max(at + by, 0), events.length - 1)]
    if (!next) return
    setChosen(next.id)
    if (openId) onOpen(next)
  }
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: (pressed) => {
      if (!activeId) return
      pressed.preventDefault()
      step(1)
    },
    ArrowUp: (pressed) => {
      if (!activeId) return
      pressed.preventDefault()
      step(-1)
    },
    Enter: () => {
      const event = events.find(({ id }) => id === activeId)
      if (event) onOpen(event)
    },
    Escape: () => {
      if (openId) setChosen(openId)
      onClose()
    },
  })
  return activeId
}
