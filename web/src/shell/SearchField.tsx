import { CloseButton, Kbd, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useKeys } from './useKeys'

interface SearchFieldProps {
  label: string
  placeholder?: string
  className?: string | undefined
  value: string | undefined
  onChange: (value: string | undefined) => void
}

const PAUSE_MS = 300

/** A box whose text counts when its writer pauses; `/` leads into it. */
export function SearchField({ label, placeholder, className, value, onChange }: SearchFieldProps): ReactNode {
  const box = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const told = useRef(value ?? '')
  const shown = typed ?? value ?? ''
  const settle = useEffectEvent((text: string) => {
    if (text.trim() === told.current) return
    told.current = text.trim()
    onChange(told.current || undefined)
  })
  useEffect(() => {
    if (typed === null) return
    const timer = setTimeout(() => settle(typed), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  // what was typed stays as it is, with a space at its end, until another value comes from elsewhere
  const heed = useEffectEvent((now: string) => {
    if (now === told.current) return
    told.current = now
    setTyped(null)
  })
  useEffect(() => heed(value ?? ''), [value])
  useKeys({
    '/': (pressed) => {
      pressed.preventDefault()
      box.current?.focus()
      box.current?.select()
    },
  })
  return (
    <TextInput
      ref={box}
      className={className}
      aria-label={label}
      placeholder={placeholder ?? `${label}…`}
      leftSection={<IconSearch size={16} />}
      rightSection={
        shown === '' ? (
          <Kbd size="xs">/</Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => setTyped('')} />
        )
      }
      value={shown}
      onChange={(changed) => setTyped(changed.currentTarget.value)}
      onBlur={() => setTyped(typed?.trim() ?? null)}
      onKeyDown={(pressed) => {
        if (pressed.key === 'Escape') box.current?.blur()
      }}
    />
  )
}
