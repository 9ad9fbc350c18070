import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Event } from '../api/nouns'
import { countOf, crowd } from './crowd'
import { boxOf, hit, type Lane, layout, POINT, ROW, totalHeight } from './layout'
import { type Mark, markOf } from './mark'

const NOW = 1_000_000_000
const scale = { from: NOW - 86_400_000, to: NOW, width: 900 }

const instant = fc.integer({ min: scale.from - 10_000_000, max: NOW })
const mark: fc.Arbitrary<Mark> = fc
  .record({
    id: fc.uuid(),
    from: instant,
    length: fc.constantFrom(0, 0, 60_000, 3_600_000, 20_000_000, Number.POSITIVE_INFINITY),
    half: fc.constantFrom('above' as const, 'below' as const),
    severity: fc.constantFrom('info' as const, 'warning' as const, 'error' as const, 'critical' as const),
  })
  .map(({ id, from, length, half, severity }) => ({
    id,
    from,
    to: from + length,
    half,
    severity,
    isNote: false,
    tone: severity,
    title: id,
    event: {} as Event,
  }))
const lanes: fc.Arbitrary<Lane[]> = fc.array(fc.record({ id: fc.uuid(), marks: fc.array(mark, { maxLength: 30 }) }), {
  maxLength: 6,
})

test('lanes stand on each other without gaps, and hold their marks', () => {
  fc.assert(
    fc.property(lanes, fc.constantFrom(0, 22), (given, head) => {
      let top = 0
      const laid = layout(given, scale, NOW, head)
      for (const lane of laid) {
        expect(lane.top).toBe(top)
        top += lane.height
        for (const { y, mark: one } of lane.placed) {
          expect(y).toBeGreaterThanOrEqual(head)
          expect(y + ROW).toBeLessThanOrEqual(lane.height)
          expect(one.half === 'above' ? y + ROW <= lane.middle : y >= lane.middle).toBe(true)
        }
      }
      expect(totalHeight(laid)).toBe(top)
    }),
  )
})

test('what is done never covers what broke, and rows do not overlap while there are rows', () => {
  const at = (from: number, to: number): Mark => ({
    id: `${from}`,
    from,
    to,
    half: 'below',
    severity: 'info',
    isNote: false,
    tone: 'info',
    title: '',
    event: {} as Event,
  })
  const [lane] = layout(
    [{ id: 'a', marks: [at(NOW - 80_000_000, NOW), at(NOW - 60_000_000, NOW), at(NOW - 40_000_000, NOW)] }],
    scale,
    NOW,
  )
  expect(lane?.placed.map(({ y }) => y - (lane?.middle ?? 0))).toEqual([2, 2 + ROW, 2 + 2 * ROW])
})

test('every mark in sight can be found where it is drawn', () => {
  fc.assert(
    fc.property(fc.array(mark, { minLength: 1, maxLength: 3 }), (marks) => {
      const laid = layout([{ id: 'a', marks }], scale, NOW)
      for (const { x, y, width, mark: one } of laid[0]?.placed ?? []) {
        if (one.from < scale.from) continue
        const found = hit(laid, x + Math.min(width, POINT) / 2, y + ROW / 2)
        expect(found).not.toBeNull()
      }
      expect(hit(laid, -100, -100)).toBeNull()
    }),
  )
})

test('what goes on reaches to now, and is no point', () => {
  const open: Mark = {
    id: 'o',
    from: NOW - 43_200_000,
    to: Number.POSITIVE_INFINITY,
    half: 'below',
    severity: 'error',
    isNote: false,
    tone: 'error',
    title: '',
    event: {} as Event,
  }
  expect(boxOf(open, scale, NOW)).toEqual({ x: 450, width: 450, isPoint: false })
})

test('a crowd counts everybody', () => {
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 400 }), (marks) => {
      const { above, below } = crowd(marks, scale, NOW)
      const count = [...above, ...below].reduce((sum, bin) => sum + countOf(bin), 0)
      expect(count).toBe(marks.length)
    }),
  )
})

test('ten thousand marks in fifty lanes are laid out within a frame or two', () => {
  const many = Array.from({ length: 50 }, (_, lane) => ({
    id: `${lane}`,
    marks: Array.from(
      { length: 200 },
      (__, i): Mark => ({
        id: `${lane}-${i}`,
        from: scale.from + i * 400_000,
        to: scale.from + i * 400_000 + 90_000,
        half: i % 2 ? 'above' : 'below',
        severity: 'info',
        isNote: false,
        tone: 'info',
        title: '',
        event: {} as Event,
      }),
    ),
  }))
  layout(many, scale, NOW) // warms up
  const before = performance.now()
  layout(many, scale, NOW)
  expect(performance.now() - before).toBeLessThan(500)
})

test('an event is above when it changed something, and below when it broke', () => {
  const event = {
    id: '1',
    time: '2026-01-01T00:00:00.000Z',
    end_time: null,
    status: 'closed',
    kind: 'change',
    severity: 'info',
    title: 'x',
  } as Event
  expect(markOf(event)).toMatchObject({ half: 'above', tone: 'change', to: Date.parse(event.time) })
  expect(markOf({ ...event, kind: 'problem', status: 'open' })).toMatchObject({
    half: 'below',
    to: Number.POSITIVE_INFINITY,
  })
})
