// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useCall } from './useCall'

afterEach(cleanup)

const within = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
)

test('who asks twice at once is heard once', async () => {
  const mutationFn = vi.fn(async (name: string) => name)
  const { result } = renderHook(() => useCall({ mutationFn }), { wrapper: within })

  act(() => {
    result.current.mutate('ci')
    result.current.mutate('ci')
  })

  await waitFor(() => expect(result.current.data).toBe('ci'))
  expect(mutationFn).toHaveBeenCalledOnce()
})

test('after the answer, good or bad, one may ask again', async () => {
  const mutationFn = vi.fn(async (isGood: boolean) => {
    if (!isGood) throw new Error('refused')
  })
  const { result } = renderHook(() => useCall({ mutationFn }), { wrapper: within })

  for (const isGood of [false, true, true]) {
    act(() => result.current.mutate(isGood))
    await waitFor(() => expect(result.current.isPending).toBe(false))
    expect(result.current.isSuccess).toBe(isGood)
  }

  expect(mutationFn).toHaveBeenCalledTimes(3)
})
