// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { useKeptError } from './useKeptError'

const away = new Error('The server answered 500')

test('an error stays while it is asked again, and goes with an answer', () => {
  const initialProps: Parameters<typeof useKeptError>[0] = { error: null, isPending: true }
  const { result, rerender } = renderHook(useKeptError, { initialProps })
  const told = (error: Error | null, isPending: boolean) => {
    rerender({ error, isPending })
    return result.current
  }
  expect(result.current).toBeNull()
  expect(told(away, false)).toBe(away)
  expect(told(null, true)).toBe(away)
  expect(told(null, false)).toBeNull()
  expect(told(null, true)).toBeNull()
})
