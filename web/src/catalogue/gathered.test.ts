import { expect, test } from 'vitest'
import { gathered } from './gathered'

const LENGTHS = async (keys: readonly string[]) =>
  new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, key.length]))

test('what is wanted in one turn is asked for in one question, each once', async () => {
  const asked: (readonly string[])[] = []
  const one = gathered((keys) => {
    asked.push(keys)
    return LENGTHS(keys)
  })

  const found = await Promise.all(['cart', 'nobody', 'ledger', 'cart'].map(one))
  const later = await one('payments')

  expect(found).toEqual([4, null, 6, 4])
  expect(later).toBe(8)
  expect(asked).toEqual([['cart', 'nobody', 'ledger'], ['payments']])
})

test('a question that fails, fails for all of its turn, and not for the next', async () => {
  let isAway = true
  const one = gathered(async (keys) => {
    if (isAway) throw new Error('away')
    return LENGTHS(keys)
  })

  const failed = await Promise.allSettled(['cart', 'ledger'].map(one))
  isAway = false

  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await one('cart')).toBe(4)
})
