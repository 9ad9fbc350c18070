import { type RefObject, useRef } from 'react'
import { useKeys } from './useKeys'

/** `j` and `k` walk the links of the list that gets the ref; Enter follows the one they are on, as any link. */
export function useLinkKeys(): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null)
  const step = (by: number) => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])]
    const at = links.findIndex((link) => link.matches(':focus'))
    links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus()
  }
  useKeys({ j: () => step(1), k: () => step(-1) })
  return list
}
