import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router'
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react'
import { listOf, oneOf, parseQuery, stringifyQuery } from '../address/query'
import { isReached, UNREACHED } from '../api/client'
import { code, NotLoaded } from '../api/code'
import { Refusal } from '../api/refusal'
import { readWhySearch } from '../causes/search'
import { readEventSearch } from '../events/search'
import { readServiceSearch } from '../services/search'
import { readZone } from '../time/zone'
import { Home } from './Home'
import { Lost } from './Lost'
import { Shell } from './Shell'
import { Failed } from './States'

/** What stands in the address of every page. */
export interface EverySearch {
  /** In whose clock times are shown. */
  tz?: string
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Lost,
  validateSearch: (search: Record<string, unknown>): EverySearch => ({ tz: readZone(search) }),
  search: { middlewares: [retainSearchParams(['tz'])] },
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: Home,
})

const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: readEventSearch,
  component: lazyRouteComponent(
    code(() => import('../events/EventsPage')),
    'EventsPage',
  ),
})

export interface ProblemsSearch {
  /** Which are listed; by default those that go on. */
  state?: 'closed' | 'all'
  severity?: string[]
  q?: string
}

const problems = createRoute({
  getParentRoute: () => root,
  path: '/problems',
  validateSearch: (search: Record<string, unknown>): ProblemsSearch => {
    const state = oneOf(search.state)
    const severity = listOf(search.severity)
    return {
      state: state === 'closed' || state === 'all' ? state : undefined,
      severity: severity.length > 0 ? severity : undefined,
      q: oneOf(search.q),
    }
  },
  component: lazyRouteComponent(
    code(() => import('../problems/ProblemsPage')),
    'ProblemsPage',
  ),
})

export interface DrawerSearch {
  event?: string
}

const problem = createRoute({
  getParentRoute: () => root,
  path: '/problems/$problem',
  validateSearch: (search: Record<string, unknown>): DrawerSearch => ({ event: oneOf(search.event) }),
  component: lazyRouteComponent(
    code(() => import('../problems/ProblemPage')),
    'ProblemPage',
  ),
})

export interface ServicesSearch {
  q?: string
  type?: string
}

const services = createRoute({
  getParentRoute: () => root,
  path: '/services',
  validateSearch: (search: Record<string, unknown>): ServicesSearch => ({
    q: oneOf(search.q),
    type: oneOf(search.type),
  }),
  component: lazyRouteComponent(
    code(() => import('../services/ServicesPage')),
    'ServicesPage',
  ),
})

const service = createRoute({
  getParentRoute: () => root,
  path: '/services/$entity',
  validateSearch: readServiceSearch,
  component: lazyRouteComponent(
    code(() => import('../services/ServicePage')),
    'ServicePage',
  ),
})

const why = createRoute({
  getParentRoute: () => root,
  path: '/why',
  validateSearch: readWhySearch,
  component: lazyRouteComponent(
    code(() => import('../causes/WhyPage')),
    'WhyPage',
  ),
})

export interface CatalogueSearch {
  q?: string
  type?: string
  tab?: 'relations' | 'import'
}

const catalogue = createRoute({
  getParentRoute: () => root,
  path: '/catalogue',
  validateSearch: (search: Record<string, unknown>): CatalogueSearch => {
    const tab = oneOf(search.tab)
    return {
      q: oneOf(search.q),
      type: oneOf(search.type),
      tab: tab === 'relations' || tab === 'import' ? tab : undefined,
    }
  },
  component: lazyRouteComponent(
    code(() => import('../catalogue/CataloguePage')),
    'CataloguePage',
  ),
})

const maintenance = createRoute({
  getParentRoute: () => root,
  path: '/maintenance',
  component: lazyRouteComponent(
    code(() => import('../maintenance/MaintenancePage')),
    'MaintenancePage',
  ),
})

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  component: lazyRouteComponent(
    code(() => import('../webhooks/WebhooksPage')),
    'WebhooksPage',
  ),
})

const tokens = createRoute({
  getParentRoute: () => root,
  path: '/tokens',
  component: lazyRouteComponent(
    code(() => import('../tokens/TokensPage')),
    'TokensPage',
  ),
})

const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  component: lazyRouteComponent(
    code(() => import('../accounts/AccountsPage')),
    'AccountsPage',
  ),
})

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(
    code(() => import('../audit/AuditPage')),
    'AuditPage',
  ),
})

const health = createRoute({
  getParentRoute: () => root,
  path: '/health',
  component: lazyRouteComponent(
    code(() => import('../health/HealthPage')),
    'HealthPage',
  ),
})

const FRESH_MS = 10_000 // what fails right after it was loaded anew would be loaded anew for ever

/** A page that broke, or did not come: it is loaded anew as soon as the server is there, and not before. */
function Broken({ error }: { error: unknown }): ReactNode {
  const [isAway, setAway] = useState(false)
  const again = async () => {
    if (await isReached()) location.reload()
    else setAway(true)
  }
  const isMissing = error instanceof NotLoaded
  const mend = useEffectEvent(() => {
    if (isMissing && performance.now() > FRESH_MS) again()
  })
  useEffect(() => mend(), [])
  const said = error instanceof Error ? error : null
  return <Failed error={isAway ? new Refusal(0, UNREACHED) : said} onRetry={again} />
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    events,
    problems,
    problem,
    services,
    service,
    why,
    catalogue,
    maintenance,
    webhooks,
    tokens,
    accounts,
    audit,
    health,
  ]),
  parseSearch: parseQuery,
  stringifySearch: stringifyQuery,
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  defaultStructuralSharing: true,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
