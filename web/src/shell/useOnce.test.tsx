// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { useOnce } from './useOnce'

test('what was so once stays so', () => {
  const { result, rerender } = renderHook(useOnce, { initialProps: false })
  expect(result.current).toBe(false)
  rerender(true)
  expect(result.current).toBe(true)
  rerender(false)
  expect(result.current).toBe(true)
})
