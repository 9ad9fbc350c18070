import { expect, test, vi } from 'vitest'
import { code, NotLoaded } from './code'

test('code that came is that code', async () => {
  expect(await code(async () => 'page')()).toBe('page')
})

test('what did not come once is not asked for again, and says why', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  const load = vi.fn(() => Promise.reject(new Error('Unable to preload CSS for /assets/x.css')))
  const page = code(load)

  await expect(page()).rejects.toThrow('The server cannot be reached')
  await expect(page()).rejects.toThrow(NotLoaded)

  expect(load).toHaveBeenCalledOnce()
  vi.unstubAllGlobals()
})
