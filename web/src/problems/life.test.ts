import { expect, test } from 'vitest'
import type { Alert } from '../api/nouns'
import { now } from '../time/now'
import { stretchOf } from './life'

const opened_at = '2026-01-01T12:00:00.000Z'
const alert = (at: string) => ({ opened_at: at }) as Alert
const at = (time: string) => Date.parse(`2026-01-01T${time}.000Z`)

test('a problem that is over is looked at from its first alert to its end, however long ago', () => {
  const alerts = [alert('2026-01-01T12:05:00.000Z'), alert('2026-01-01T11:58:00.000Z')]
  expect(stretchOf({ opened_at, closed_at: '2026-01-01T14:00:00.000Z', alerts })).toEqual({
    from: at('11:57:00'),
    to: at('14:01:00'),
  })
})

test('one that goes on is looked at up to now', () => {
  const { from, to } = stretchOf({ opened_at, closed_at: null, alerts: [] })
  expect(from).toBe(at('11:59:00'))
  expect(to).toBeGreaterThanOrEqual(now())
})
