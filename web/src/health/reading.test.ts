import { expect, test } from 'vitest'
import { rates } from './reading'

const reading = (at: number, accepted: number, refused = 0) => ({ at, accepted, refused, queue: 0 })

test('rates are per second', () => {
  expect(rates([reading(0, 10), reading(5000, 60, 5)])).toEqual([{ at: 5000, accepted: 10, refused: 1 }])
  expect(rates([reading(0, 10)])).toEqual([])
})

test('after a restart nothing is negative', () => {
  expect(rates([reading(0, 1000), reading(1000, 4)])).toEqual([{ at: 1000, accepted: 4, refused: 0 }])
})
