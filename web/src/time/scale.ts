/** Instants to pixels and back, linear. */
export interface Scale {
  from: number
  to: number
  width: number
}

export const toX = ({ from, to, width }: Scale, at: number): number => ((at - from) / (to - from)) * width

export const toTime = ({ from, to, width }: Scale, x: number): number => Math.round(from + (x / width) * (to - from))

/** The stretch between two pixels in either order, inside the scale; null when it is a click and no drag. */
export function dragged(scale: Scale, a: number, b: number, least = 4): { from: number; to: number } | null {
  const inside = (x: number) => Math.min(Math.max(x, 0), scale.width)
  const [left, right] = [inside(Math.min(a, b)), inside(Math.max(a, b))]
  if (right - left < least) return null
  const [from, to] = [toTime(scale, left), toTime(scale, right)]
  return to - from >= 1000 ? { from, to } : null
}

/** The stretch made `factor` times as long around an instant, which keeps its place. */
export function zoomed(from: number, to: number, around: number, factor: number): { from: number; to: number } {
  const length = Math.max((to - from) * factor, 1000)
  const share = (around - from) / (to - from)
  const start = Math.round(around - share * length)
  return { from: start, to: Math.round(start + length) }
}
