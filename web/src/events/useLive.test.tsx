// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { latest, Stream } from '../api/stream'
import { useLive } from './useLive'

const settle = (ms = 50) => act(() => vi.advanceTimersByTime(ms))

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] })
  vi.stubGlobal('EventSource', Stream)
  Stream.opened = []
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('events are counted once each, of the filters, since the list was read', () => {
  const { result } = renderHook(() => useLive({ type: ['deploy'] }, 0, true))

  latest().onopen?.()
  for (const id of ['1.0', '2.0', '2.0']) latest().say('event', id)
  settle()

  expect(latest().url).toBe('/v1/events/stream?type=deploy&since=1970-01-01T00:00:00.000Z')
  expect(result.current).toMatchObject({ state: 'live', fresh: 2 })
})

test('after a gap it begins again, and what was counted stays', () => {
  const { result } = renderHook(() => useLive({}, 0, true))

  latest().say('event', '1.0')
  latest().say('reset')
  settle(6_000)

  expect(Stream.opened).toHaveLength(2)
  expect(Stream.opened[0]?.readyState).toBe(Stream.CLOSED)
  expect(result.current.fresh).toBe(1)
})

test('a stream that was closed is tried again', () => {
  const { result } = renderHook(() => useLive({}, 0, true))

  latest().close()
  latest().onerror?.()
  settle()
  expect(result.current.state).toBe('lost')
  settle(6_000)

  expect(Stream.opened).toHaveLength(2)
})

test('looking again begins at nought, and off is off', () => {
  const { result, rerender } = renderHook(({ since, isOn }) => useLive({}, since, isOn), {
    initialProps: { since: 0, isOn: true },
  })
  latest().say('event', '1.0')
  settle()
  expect(result.current.fresh).toBe(1)

  rerender({ since: 5_000, isOn: true })
  expect(result.current.fresh).toBe(0)

  rerender({ since: 5_000, isOn: false })
  expect(result.current).toEqual({ state: 'off', fresh: 0 })
  expect(Stream.opened.every(({ readyState }) => readyState === Stream.CLOSED)).toBe(true)
})
