import fc from 'fast-check'
import { expect, test } from 'vitest'
import { by, parseMetrics, quantile, sum } from './metrics'

const TEXT = `# HELP whence_events_total reports
# TYPE whence_events_total counter
whence_events_total{outcome="accepted"} 43.0
whence_events_total{outcome="rejected"} 2.0
whence_queue_reports 7.0
odd{path="C:\\\\dir",say="a \\"b\\", c"} 1e3 1700000000
whence_commit_seconds_bucket{le="0.1",outcome="committed"} 1.0
whence_commit_seconds_bucket{le="0.5",outcome="committed"} 9.0
whence_commit_seconds_bucket{le="+Inf",outcome="committed"} 10.0
`

test('lines are read with their labels', () => {
  const samples = parseMetrics(TEXT)
  expect(samples).toHaveLength(7)
  expect(samples[3]).toEqual({ name: 'odd', labels: { path: 'C:\\dir', say: 'a "b", c' }, value: 1000 })
  expect(sum(samples, 'whence_events_total')).toBe(45)
  expect(sum(samples, 'whence_events_total', { outcome: 'accepted' })).toBe(43)
  expect([...by(samples, 'whence_events_total', 'outcome')]).toEqual([
    ['accepted', 43],
    ['rejected', 2],
  ])
})

test('a quantile is the bound of its bucket', () => {
  const samples = parseMetrics(TEXT)
  expect(quantile(samples, 'whence_commit_seconds', 0.5)).toBe(0.5)
  expect(quantile(samples, 'whence_commit_seconds', 0.99)).toBe(Number.POSITIVE_INFINITY)
  expect(quantile(samples, 'nothing', 0.5)).toBeNull()
})

test('no text breaks it', () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseMetrics(text))))
})
