import { useComputedColorScheme, useMantineTheme } from '@mantine/core'
import { type RefObject, useEffect, useRef } from 'react'
import type { Scale } from '../time/scale'
import { ticks } from '../time/ticks'
import { readColours } from './colours'
import { type Overlay, type Picture, paint, paintOver } from './paint'

type Drawn = Pick<Picture, 'lanes' | 'scale' | 'height' | 'now'> & { zone: string; scrolled: number; sight: number }

interface Canvases {
  below: RefObject<HTMLCanvasElement | null>
  above: RefObject<HTMLCanvasElement | null>
}

const AHEAD = 300 // pixels above and below what is in sight that are drawn, too
const STEP = 200 // scrolling less far draws nothing again

/** Two canvases: the marks, drawn again when they change, and over them what follows the pointer. */
export function usePicture(drawn: Drawn, { pointer, band, lit }: Overlay): Canvases {
  const below = useRef<HTMLCanvasElement>(null)
  const above = useRef<HTMLCanvasElement>(null)
  const picture = useRef<Picture | null>(null)
  const { fontFamily } = useMantineTheme()
  const scheme = useComputedColorScheme()
  const { lanes, scale, height, now, zone, sight } = drawn
  const top = Math.floor(drawn.scrolled / STEP) * STEP - AHEAD
  const litIds = [...lit].join(' ')

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours that are read change with the scheme
  useEffect(() => {
    const context = sized(below.current, scale.width, height)
    if (!context) return
    picture.current = {
      lanes,
      scale,
      height,
      now,
      ticks: axisTicks(scale, zone),
      view: { top, bottom: top + sight + 2 * AHEAD + STEP },
      colours: readColours(context.canvas),
      font: `500 11px ${fontFamily}`,
    }
    paint(context, picture.current)
  }, [lanes, scale, height, now, zone, top, sight, fontFamily, scheme])

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is under it is the picture of these
  useEffect(() => {
    const context = sized(above.current, scale.width, height)
    if (!context || !picture.current) return
    paintOver(context, picture.current, { pointer, band, lit: new Set(litIds.split(' ')) })
  }, [lanes, scale, height, scheme, pointer, band?.from, band?.to, litIds])

  return { below, above }
}

/** The ticks of a time axis as wide as the scale. */
export function axisTicks({ from, to, width }: Scale, zone: string): number[] {
  return ticks(from, to, Math.max(2, Math.floor(width / 96)), zone)
}

/** A canvas as large as it is shown, on any screen; null when there is nothing to draw on. */
function sized(element: HTMLCanvasElement | null, width: number, height: number): CanvasRenderingContext2D | null {
  const context = element?.getContext('2d') ?? null
  if (!element || !context || width === 0) return null
  const ratio = window.devicePixelRatio || 1
  const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (element.width !== wide) element.width = wide
  if (element.height !== tall) element.height = tall
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return context
}
