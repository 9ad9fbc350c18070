import { useEffect, useEffectEvent, useRef } from 'react'

export type Keys = Readonly<Record<string, (pressed: KeyboardEvent) => void>>

const TYPED_INTO = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable="true"]'
const OVERLAID = '[role="dialog"], [role="menu"], [role="listbox"]'

/** Keys of the whole page. They rest while somebody types, while a dialog is open, and beside a modifier. */
export function useKeys(keys: Keys): void {
  const isOver = useRef(false)
  const onDown = useEffectEvent(() => {
    isOver.current = isOverlaid() // what Esc closes is gone before the key comes to the page itself
  })
  const onKey = useEffectEvent((pressed: KeyboardEvent) => {
    const act = keys[pressed.key]
    if (!act || pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.defaultPrevented) return
    const target = pressed.target instanceof Element ? pressed.target : null
    if (target?.closest(TYPED_INTO) || isOver.current) return
    if (pressed.key === 'Enter' && target?.closest('a, button, summary')) return
    act(pressed)
  })
  useEffect(() => {
    window.addEventListener('keydown', onDown, true)
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onDown, true)
      window.removeEventListener('keydown', onKey)
    }
  }, [])
}

/** A list that a closed choice keeps is in the document, but nobody sees it. */
function isOverlaid(): boolean {
  return [...document.querySelectorAll(OVERLAID)].some((one) => one.checkVisibility())
}
