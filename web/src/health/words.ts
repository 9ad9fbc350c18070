import { length } from '../time/words'
import { isReported, type Metrics, quantile } from './metrics'

/** In the place of a figure that the server does not give: it is not nought. */
export const UNKNOWN = 'not reported'

/** `1,204`; null: not reported. */
export function whole(count: number | null): string {
  return count === null ? UNKNOWN : Math.round(count).toLocaleString('en')
}

/** `12s`, `340ms`; null: not reported. */
export function seconds(value: number | null): string {
  return value === null ? UNKNOWN : length(value * 1000)
}

/** Within what time a share of what a histogram counted was done: `250ms`. */
export function within(metrics: Metrics, name: string, share: number): string {
  if (!isReported(metrics, name)) return UNKNOWN
  const bound = quantile(metrics, name, share)
  if (bound === null) return 'none yet'
  return bound === Number.POSITIVE_INFINITY ? 'over 10s' : seconds(bound)
}

/** `0.3`, `12`, `1,204` a minute. */
export function pace(perMinute: number | null): string {
  if (perMinute === null) return '…'
  return perMinute > 0 && perMinute < 10 ? perMinute.toFixed(1) : whole(perMinute)
}
