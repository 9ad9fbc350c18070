import type { Problem } from '../api/nouns'

/** Whether somebody looks after all alerts of an open problem that go on. */
export function isLookedAfter({ state, unattended_count }: Pick<Problem, 'state' | 'unattended_count'>): boolean {
  return state === 'open' && unattended_count === 0
}
