import type { Right, Session } from '../api/nouns'
import { may } from '../session/session'

/** The right without which a page has nothing to show; null: it asks for nothing that needs one. */
export const PAGES = {
  '/events': 'events:read',
  '/problems': 'events:read',
  '/problems/$problem': 'events:read',
  '/services': 'entities:read',
  '/services/$entity': 'entities:read',
  '/why': 'events:read',
  '/catalogue': 'entities:read',
  '/maintenance': 'events:read',
  '/webhooks': 'admin',
  '/tokens': 'admin',
  '/accounts': 'admin',
  '/audit': 'admin',
  '/health': null,
} as const satisfies Readonly<Record<string, Right | null>>

export type PageName = keyof typeof PAGES

/** The right that a page needs and the session lacks; null: it may be shown. Whatever is no page needs none. */
export function lackedFor(session: Session, page: string): Right | null {
  const right = Object.hasOwn(PAGES, page) ? PAGES[page as PageName] : null
  return right === null || may(session, right) ? null : right
}

const FIRST = ['/events', '/services'] as const

/** Where one begins: the first page of use. */
export function firstPage(session: Session): (typeof FIRST)[number] | '/health' {
  return FIRST.find((page) => lackedFor(session, page) === null) ?? '/health'
}
