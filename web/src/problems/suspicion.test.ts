import { expect, test } from 'vitest'
import type { Cause, Entity } from '../api/nouns'
import { suspicion } from './suspicion'

const entity: Entity = {
  id: 'SERVICE-0000000000000001',
  tag: 'ledger',
  cid: '',
  aliases: [],
  type: 'SERVICE',
  name: 'ledger',
  description: '',
  cluster: '',
  namespace: '',
  tags: [],
  links: [],
  properties: {},
  archived: false,
  first_seen: '',
  last_seen: '',
}
const change = { code: 'change', weight: 0.1, text: '“pool: 20” 8 minutes before', event_ids: [], relations: [] }
const cause: Cause = { rank: 1, score: 0.5, entity, event: null, reasons: [change] }
const explained_at = '2026-01-01T00:00:00.000Z'

test('the first cause is named with the change on it', () => {
  expect(suspicion({ causes: [cause], likely: true, explained_at })).toBe(
    'probably ledger: “pool: 20” 8 minutes before',
  )
  expect(suspicion({ causes: [{ ...cause, reasons: [] }], likely: true, explained_at })).toBe('probably ledger')
})

test('a guess is no likely cause', () => {
  expect(suspicion({ causes: [cause], likely: false, explained_at })).toBe('no likely cause')
  expect(suspicion({ causes: [], likely: false, explained_at: null })).toBe('causes are being looked for')
})
