import fc from 'fast-check'
import { expect, test } from 'vitest'
import { by, isReported, parseMetrics, quantile, sum } from './metrics'

const TEXT = `# HELP whence_events_total reports
# TYPE whence_events_total counter
whence_events_total{outcome="accepted"} 43.0
whence_events_total{outcome="rejected"} 2.0
whence_queue_reports 7.0
odd{path="C:\\\\dir",say="a \\"b\\", c"} 1e3 1700000000
# TYPE whence_commit_seconds histogram
whence_commit_seconds_bucket{le="0.1",outcome="committed"} 1.0
whence_commit_seconds_bucket{le="0.5",outcome="committed"} 9.0
whence_commit_seconds_bucket{le="+Inf",outcome="committed"} 10.0
# TYPE whence_refusals_total counter
# TYPE whence_database_connections gauge
whence_database_connections{pool="read",state="used"} 3
whence_database_connections{pool="read",state="idle"} 5
whence_database_connections{pool="write",state="used"} 2
`
const METRICS = parseMetrics(TEXT)

test('lines are read with their labels', () => {
  expect(METRICS.samples).toHaveLength(10)
  expect(METRICS.samples[3]).toEqual({ name: 'odd', labels: { path: 'C:\\dir', say: 'a "b", c' }, value: 1000 })
  expect(sum(METRICS, 'whence_events_total')).toBe(45)
  expect(sum(METRICS, 'whence_events_total', { outcome: 'accepted' })).toBe(43)
  expect(by(METRICS, 'whence_events_total', 'outcome')).toEqual(
    new Map([
      ['accepted', 43],
      ['rejected', 2],
    ]),
  )
})

test('sums are by one label, of those with another', () => {
  expect(by(METRICS, 'whence_database_connections', 'state', { pool: 'read' })).toEqual(
    new Map([
      ['used', 3],
      ['idle', 5],
    ]),
  )
  expect(by(METRICS, 'whence_database_connections', 'state', { pool: 'write' })?.get('idle')).toBe(0)
})

test('what never happened is nought, what is not counted is unknown', () => {
  expect(sum(METRICS, 'whence_refusals_total')).toBe(0)
  expect(by(METRICS, 'whence_refusals_total', 'reason')).toEqual(new Map())
  expect(isReported(METRICS, 'whence_commit_seconds')).toBe(true)
  expect(isReported(METRICS, 'whence_commit_seconds_count')).toBe(true)

  expect(sum(METRICS, 'whence_database_up')).toBeNull()
  expect(by(METRICS, 'whence_background_lag_seconds', 'work')).toBeNull()
  expect(isReported(METRICS, 'whence_database_up')).toBe(false)
})

test('a quantile is the bound of its bucket', () => {
  expect(quantile(METRICS, 'whence_commit_seconds', 0.5)).toBe(0.5)
  expect(quantile(METRICS, 'whence_commit_seconds', 0.99)).toBe(Number.POSITIVE_INFINITY)
  expect(quantile(METRICS, 'nothing', 0.5)).toBeNull()
})

test('no text breaks it', () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseMetrics(text).samples)))
})
