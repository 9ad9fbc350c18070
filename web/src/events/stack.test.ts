import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bars, ceiling, totalOf } from './stack'

const counts = fc.nat({ max: 100_000 })
const histograms = fc
  .array(fc.record({ info: counts, warning: counts, error: counts, critical: counts }), { minLength: 1, maxLength: 80 })
  .map((buckets) => ({
    bucket_seconds: 60,
    buckets: buckets.map((bucket, i) => ({ ...bucket, time: new Date(i * 60_000).toISOString() })),
  }))

test('bars stand side by side inside the box, and their blocks on each other', () => {
  fc.assert(
    fc.property(histograms, (histogram) => {
      const scale = { from: 0, to: histogram.buckets.length * 60_000, width: 600 }
      const drawn = bars(histogram, scale, 100)
      drawn.forEach((bar, i) => {
        expect(bar.x + bar.width).toBeLessThanOrEqual((drawn[i + 1]?.x ?? 600) + 0.001)
        let ground = 100
        for (const block of bar.blocks) {
          expect(block.y + block.height).toBeCloseTo(ground, 5)
          ground = block.y
        }
        expect(ground).toBeGreaterThanOrEqual(-6) // four blocks that are drawn thicker than they count
      })
    }),
  )
})

test('the ceiling is above every bar, and halves', () => {
  fc.assert(
    fc.property(histograms, (histogram) => {
      const top = ceiling(histogram)
      expect(top).toBeGreaterThanOrEqual(Math.max(...histogram.buckets.map(totalOf)))
      expect(Number.isInteger(top / 2) || top > 2).toBe(true)
    }),
  )
})
