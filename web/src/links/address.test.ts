import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeAddress } from './address'

test('only http and https are followed', () => {
  expect(safeAddress('https://ci.example/run/7')).toBe('https://ci.example/run/7')
  for (const bad of [
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    '//x',
    'ftp://x',
    'https://a@b/',
    '',
  ]) {
    expect(safeAddress(bad)).toBeNull()
  }
})

test('whatever comes out is http or https', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((s) => `javascript:${s}`),
      ),
      (text) => {
        expect(safeAddress(text) ?? 'https:').toMatch(/^https?:/)
      },
    ),
  )
})
