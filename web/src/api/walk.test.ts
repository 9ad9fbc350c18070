import { expect, test } from 'vitest'
import { walk } from './walk'

/** A list of so many pages, each named by its place. */
const list = (length: number) => async (cursor: string | undefined) => {
  const at = Number(cursor ?? 0)
  return { at, next: at + 1 < length ? String(at + 1) : null }
}

test('a list is walked to its end', async () => {
  const { pages, isCut } = await walk(list(3), 3)

  expect(pages.map(({ at }) => at)).toEqual([0, 1, 2])
  expect(isCut).toBe(false)
})

test('of a longer one it is told that there is more', async () => {
  const { pages, isCut } = await walk(list(4), 3)

  expect(pages).toHaveLength(3)
  expect(isCut).toBe(true)
})
