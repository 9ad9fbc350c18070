// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook } from '@testing-library/react'
import { createElement, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { latest, Stream } from '../api/stream'
import { useProblemNews } from './useProblemNews'

let asked = 0

beforeEach(() => {
  asked = 0
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('EventSource', Stream)
  Stream.opened = []
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function followed(problem?: string) {
  const client = new QueryClient()
  vi.spyOn(client, 'invalidateQueries').mockImplementation(async () => {
    asked += 1
  })
  const wrapper = ({ children }: { children: ReactNode }) => createElement(QueryClientProvider, { client }, children)
  return renderHook(() => useProblemNews(problem), { wrapper })
}

const settle = (ms: number) => act(() => vi.advanceTimersByTime(ms))
const say = (kind: string, data: unknown = {}) => act(() => latest().say(kind, '', JSON.stringify(data)))

test('what happens to a problem is looked at at once, and a storm once a second', () => {
  const { result } = followed()
  act(() => latest().onopen?.())
  settle(2_000)
  expect(result.current).toBe('live')
  expect(asked).toBe(1)

  for (let time = 0; time < 50; time += 1) say('problem')
  expect(asked).toBe(2)
  settle(1_000)
  expect(asked).toBe(3)
  settle(10_000)

  expect(asked).toBe(3)
})

test.each(['acknowledged', 'closed'])('a list looks at alerts that are %s, which may leave none to nobody', (state) => {
  followed()
  say('alert', { state: 'open' })
  expect(asked).toBe(0)
  say('alert', { state })
  expect(asked).toBe(1)
})

test('a problem looks at all of its alerts', () => {
  followed('P-4')
  expect(latest().url).toBe('/v1/events/stream?problem=P-4')
  say('alert', { state: 'open' })
  expect(asked).toBe(1)
})

test('a stream that is refused says so, and is opened again', () => {
  const { result } = followed()
  act(() => {
    latest().close()
    latest().onerror?.()
  })
  expect(result.current).toBe('lost')
  settle(6_000)
  act(() => latest().onopen?.())

  expect(Stream.opened).toHaveLength(2)
  expect(result.current).toBe('live')
  expect(asked).toBe(1)
})
