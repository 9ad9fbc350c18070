import { expect, test } from 'vitest'
import { parseMetrics } from './metrics'
import { pace, seconds, whole, within } from './words'

const METRICS = parseMetrics(`# TYPE whence_commit_seconds histogram
whence_commit_seconds_bucket{le="0.25",outcome="committed"} 9
whence_commit_seconds_bucket{le="+Inf",outcome="committed"} 10
# TYPE whence_request_seconds histogram
`)

test('what is not reported says so, and is never nought', () => {
  expect(whole(null)).toBe('not reported')
  expect(seconds(null)).toBe('not reported')
  expect(within(METRICS, 'whence_grouping_seconds', 0.5)).toBe('not reported')
  expect(whole(0)).toBe('0')
})

test('figures are short', () => {
  expect(whole(1204.4)).toBe('1,204')
  expect(seconds(0.34)).toBe('340ms')
  expect(within(METRICS, 'whence_commit_seconds', 0.5)).toBe('250ms')
  expect(within(METRICS, 'whence_commit_seconds', 0.99)).toBe('over 10s')
  expect(within(METRICS, 'whence_request_seconds', 0.5)).toBe('none yet')
  expect([pace(null), pace(0), pace(0.34), pace(1200)]).toEqual(['…', '0', '0.3', '1,200'])
})
