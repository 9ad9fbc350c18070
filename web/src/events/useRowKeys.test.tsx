// @vitest-environment happy-dom
import { act, cleanup, fireEvent, renderHook } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Event } from '../api/nouns'
import { useRowKeys } from './useRowKeys'

afterEach(cleanup)

const events = ['a', 'b', 'c'].map((id) => ({ id })) as Event[]
const press = (key: string) => act(() => fireEvent.keyDown(window, { key }))

test('j and k walk, and stop at the ends', () => {
  const onOpen = vi.fn()
  const { result } = renderHook(() => useRowKeys({ events, openId: undefined, onOpen, onClose: () => {} }))

  for (const [key, id] of [
    ['j', 'a'],
    ['j', 'b'],
    ['j', 'c'],
    ['j', 'c'],
    ['k', 'b'],
  ] as const) {
    press(key)
    expect(result.current).toBe(id)
  }
  press('Enter')

  expect(onOpen).toHaveBeenCalledWith(events[1])
})

test('an open event goes along, and Esc closes it', () => {
  const [onOpen, onClose] = [vi.fn(), vi.fn()]
  renderHook(() => useRowKeys({ events, openId: 'b', onOpen, onClose }))

  press('j')
  press('Escape')

  expect(onOpen).toHaveBeenCalledWith(events[2])
  expect(onClose).toHaveBeenCalledOnce()
})

test('keys rest while somebody types', () => {
  const { result } = renderHook(() => useRowKeys({ events, openId: undefined, onOpen: () => {}, onClose: () => {} }))
  const box = document.body.appendChild(document.createElement('input'))

  act(() => fireEvent.keyDown(box, { key: 'j', bubbles: true }))

  expect(result.current).toBeUndefined()
  box.remove()
})
