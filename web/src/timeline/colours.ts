import type { Tone } from '../events/looks'

/** The colours of theme.css, for a canvas. */
export interface Colours {
  tone: Readonly<Record<Tone, string>>
  wash: Readonly<Record<Tone, string>>
  ink: string
  faint: string
  line: string
  surface: string
  sunken: string
  accent: string
}

const TONES = ['info', 'warning', 'error', 'critical', 'change', 'good'] as const satisfies readonly Tone[]

export function readColours(element: Element): Colours {
  const style = getComputedStyle(element)
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const each = (name: (tone: Tone) => string) =>
    Object.fromEntries(TONES.map((tone) => [tone, of(name(tone))])) as Record<Tone, string>
  return {
    tone: each((tone) => tone),
    wash: each((tone) => (tone === 'change' ? 'accent-wash' : `${tone}-wash`)),
    ink: of('ink'),
    faint: of('ink-faint'),
    line: of('line'),
    surface: of('surface'),
    sunken: of('sunken'),
    accent: of('accent'),
  }
}
