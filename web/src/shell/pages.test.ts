import { expect, test } from 'vitest'
import type { Right, Session } from '../api/nouns'
import { firstPage, lackedFor } from './pages'

const session = (...rights: Right[]): Session => ({
  token: { id: '1', name: 'me', account: 'default', rights, sees: 'own', expires_at: null, bootstrap: false },
  csrf: 'proof',
  expires_at: '2026-01-01T00:00:00.000Z',
  now: '2025-12-31T12:00:00.000Z',
})

test('a page is shown to whoever has its right, and to admins', () => {
  expect(lackedFor(session('events:read'), '/events')).toBeNull()
  expect(lackedFor(session('admin'), '/tokens')).toBeNull()
  expect(lackedFor(session('events:read'), '/tokens')).toBe('admin')
  expect(lackedFor(session('entities:read'), '/problems/$problem')).toBe('events:read')
})

test('what needs no right, or is no page, is shown to everybody', () => {
  expect(lackedFor(session('events:write'), '/health')).toBeNull()
  expect(lackedFor(session('events:write'), '/no-such-page')).toBeNull()
  expect(lackedFor(session('events:write'), 'toString')).toBeNull()
})

test('one begins where there is something to see', () => {
  expect(firstPage(session('events:read', 'entities:read'))).toBe('/events')
  expect(firstPage(session('entities:read'))).toBe('/services')
  expect(firstPage(session('events:write'))).toBe('/health')
})
