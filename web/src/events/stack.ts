import type { Bucket, Histogram, Severity } from '../api/nouns'
import { type Scale, toX } from '../time/scale'

/** The order of a bar from below: what is worst stands on the ground, where lengths can be compared. */
const FROM_BELOW = ['critical', 'error', 'warning', 'info'] as const satisfies readonly Severity[]

export interface Block {
  severity: Severity
  y: number
  height: number
}

export interface Bar {
  at: number
  x: number
  width: number
  total: number
  bucket: Bucket
  blocks: Block[]
}

export const totalOf = (bucket: Bucket): number => FROM_BELOW.reduce((sum, severity) => sum + bucket[severity], 0)

/** The highest bar's count, rounded up so that half of it is a whole number. */
export function ceiling(histogram: Histogram): number {
  const highest = Math.max(0, ...histogram.buckets.map(totalOf))
  if (highest <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(highest))
  return [1, 2, 4, 6, 8, 10].map((n) => n * power).find((n) => n >= highest) ?? highest
}

/** The bars of a histogram in a box, left to right; nothing that counts is thinner than a pixel. */
export function bars(histogram: Histogram, scale: Scale, height: number): Bar[] {
  const top = ceiling(histogram)
  const step = histogram.bucket_seconds * 1000
  return histogram.buckets.map((bucket) => {
    const at = Date.parse(bucket.time)
    const left = Math.max(0, toX(scale, at))
    const right = Math.min(scale.width, toX(scale, at + step))
    const gap = right - left > 6 ? 1.5 : right - left > 3 ? 0.75 : 0
    let y = height
    const blocks = FROM_BELOW.filter((severity) => bucket[severity] > 0).map((severity) => {
      const length = Math.max(1.5, (bucket[severity] / top) * height)
      y -= length
      return { severity, y, height: length }
    })
    return { at, x: left + gap / 2, width: Math.max(0.5, right - left - gap), total: totalOf(bucket), bucket, blocks }
  })
}
