import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dragged, toTime, toX, zoomed } from './scale'

const scales = fc
  .record({
    from: fc.integer({ min: 0, max: 2e12 }),
    length: fc.integer({ min: 60_000, max: 1e10 }),
    width: fc.integer({ min: 50, max: 4000 }),
  })
  .map(({ from, length, width }) => ({ from, to: from + length, width }))

test('a pixel leads to its time and back', () => {
  fc.assert(
    fc.property(scales, fc.double({ min: 0, max: 1, noNaN: true }), (scale, share) => {
      const x = share * scale.width
      expect(toX(scale, toTime(scale, x))).toBeCloseTo(x, 1)
    }),
  )
})

test('a drag to the left is one to the right', () => {
  fc.assert(
    fc.property(scales, fc.integer({ min: -50, max: 4050 }), fc.integer({ min: -50, max: 4050 }), (scale, a, b) => {
      const stretch = dragged(scale, a, b)
      expect(stretch).toEqual(dragged(scale, b, a))
      if (stretch) {
        expect(stretch.from).toBeGreaterThanOrEqual(scale.from)
        expect(stretch.to).toBeLessThanOrEqual(scale.to)
      }
    }),
  )
  expect(dragged({ from: 0, to: 100_000, width: 100 }, 50, 52)).toBeNull()
})

test('a zoom keeps what is under the pointer where it is', () => {
  expect(zoomed(0, 100_000, 50_000, 0.5)).toEqual({ from: 25_000, to: 75_000 })
  expect(zoomed(0, 100_000, 0, 0.5)).toEqual({ from: 0, to: 50_000 })
})
