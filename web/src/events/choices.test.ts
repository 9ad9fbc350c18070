import { expect, test } from 'vitest'
import { withRare } from './choices'

const frequent = [
  { value: 'cart', count: 9 },
  { value: 'ledger', count: 7 },
]

test('what is chosen and rare stands with its own count, and not among the rest', () => {
  const till = { value: 'till', count: 2 }
  const counted = [{ value: 'cart', count: 1 }, till]
  expect(withRare({ values: frequent, more: 3 }, ['till'], counted)).toEqual({ values: [till, ...frequent], more: 2 })
})

test('what is chosen and frequent stands once, as often as it is where others are', () => {
  const counted = [{ value: 'cart', count: 9 }]
  expect(withRare({ values: frequent, more: 3 }, ['cart'], counted)).toEqual({ values: frequent, more: 3 })
})
