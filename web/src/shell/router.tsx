import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router'
import { listOf, oneOf, parseQuery, stringifyQuery } from '../address/query'
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
  component: lazyRouteComponent(() => import('../events/EventsPage'), 'EventsPage'),
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
  component: lazyRouteComponent(() => import('../problems/ProblemsPage'), 'ProblemsPage'),
})

export interface DrawerSearch {
  event?: string
}

const problem = createRoute({
  getParentRoute: () => root,
  path: '/problems/$problem',
  validateSearch: (search: Record<string, unknown>): DrawerSearch => ({ event: oneOf(search.event) }),
  component: lazyRouteComponent(() => import('../problems/ProblemPage'), 'ProblemPage'),
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
  component: lazyRouteComponent(() => import('../services/ServicesPage'), 'ServicesPage'),
})

const service = createRoute({
  getParentRoute: () => root,
  path: '/services/$entity',
  validateSearch: readServiceSearch,
  component: lazyRouteComponent(() => import('../services/ServicePage'), 'ServicePage'),
})

export interface WhySearch extends DrawerSearch {
  entity?: string
  at?: string
  lookback?: string
}

const why = createRoute({
  getParentRoute: () => root,
  path: '/why',
  validateSearch: (search: Record<string, unknown>): WhySearch => ({
    entity: oneOf(search.entity),
    at: oneOf(search.at),
    lookback: oneOf(search.lookback),
    event: oneOf(search.event),
  }),
  component: lazyRouteComponent(() => import('../causes/WhyPage'), 'WhyPage'),
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
  component: lazyRouteComponent(() => import('../catalogue/CataloguePage'), 'CataloguePage'),
})

const maintenance = createRoute({
  getParentRoute: () => root,
  path: '/maintenance',
  component: lazyRouteComponent(() => import('../maintenance/MaintenancePage'), 'MaintenancePage'),
})

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('../webhooks/WebhooksPage'), 'WebhooksPage'),
})

const tokens = createRoute({
  getParentRoute: () => root,
  path: '/tokens',
  component: lazyRouteComponent(() => import('../tokens/TokensPage'), 'TokensPage'),
})

const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  component: lazyRouteComponent(() => import('../accounts/AccountsPage'), 'AccountsPage'),
})

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(() => import('../audit/AuditPage'), 'AuditPage'),
})

const health = createRoute({
  getParentRoute: () => root,
  path: '/health',
  component: lazyRouteComponent(() => import('../health/HealthPage'), 'HealthPage'),
})

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
  defaultErrorComponent: ({ error, reset }) => <Failed error={error instanceof Error ? error : null} onRetry={reset} />,
  defaultStructuralSharing: true,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
