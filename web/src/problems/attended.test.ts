import { expect, test } from 'vitest'
import { isLookedAfter } from './attended'

test('a problem is looked after while it is open and none of its alerts is left to nobody', () => {
  expect(isLookedAfter({ state: 'open', unattended_count: 0 })).toBe(true)
  expect(isLookedAfter({ state: 'open', unattended_count: 1 })).toBe(false)
  expect(isLookedAfter({ state: 'closed', unattended_count: 0 })).toBe(false)
})
