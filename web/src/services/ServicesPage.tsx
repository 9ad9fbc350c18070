import { Select, Text } from '@mantine/core'
import { IconBox } from '@tabler/icons-react'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Entity } from '../api/nouns'
import { useEntities, useEntitiesNamed } from '../catalogue/useEntities'
import { useRefused } from '../session/useSession'
import { More } from '../shell/More'
import { Page } from '../shell/Page'
import { SearchField } from '../shell/SearchField'
import { Empty, Failed, Waiting } from '../shell/States'
import { useLinkKeys } from '../shell/useLinkKeys'
import { useOnce } from '../shell/useOnce'
import { type Condition, sickFirst } from './condition'
import { ServiceCard } from './ServiceCard'
import classes from './Services.module.css'
import { type Standings, useStandings } from './useStandings'

const route = getRouteApi('/services')
const ANY = 'Every type'

export function ServicesPage(): ReactNode {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const type = search.type ?? 'SERVICE'
  const entities = useEntities({
    ...(type === ANY ? {} : { type: [type] }),
    ...(search.q ? { q: [search.q] } : {}),
    limit: 500,
  })
  const refused = useRefused('events:read')
  const cards = useLinkKeys()
  const { health, standingOf, isCut, unplaced, ...open } = useStandings()
  const loaded = entities.data?.pages.flatMap((page) => page.entities) ?? []
  const troubled = useTroubled(health, loaded, entities.hasNextPage && !search.q)
  // Who is in trouble comes first, so nobody has a place before that is known; what opens later may change places.
  const havePlaces = useOnce(!entities.isPending && !open.isPending && !troubled.isPending)
  const shown = [...loaded, ...troubled.entities.filter((one) => type === ANY || one.type === type)].sort(
    sickFirst(health),
  )
  const types = [...new Set([ANY, 'SERVICE', 'HOST', 'DATABASE', type, ...shown.map((one) => one.type)])]
  return (
    <Page
      title="Services"
      lead={entities.data ? `${shown.length}${entities.hasNextPage ? '+' : ''}, the troubled first` : ''}
      actions={
        <>
          <SearchField
            label="Search services"
            value={search.q}
            onChange={(q) => navigate({ search: (now) => ({ ...now, q }) })}
          />
          <Select
            aria-label="Type"
            w={150}
            allowDeselect={false}
            value={type}
            data={types}
            onChange={(chosen) =>
              navigate({ search: (now) => ({ ...now, type: !chosen || chosen === 'SERVICE' ? undefined : chosen }) })
            }
          />
        </>
      }
    >
      {refused && (
        <Text size="sm" c="dimmed">
          {refused}: what is open is not known.
        </Text>
      )}
      <Lost parts={[open, troubled]} />
      <Doubt isCut={isCut} unplaced={unplaced} />
      {entities.isPending || !havePlaces ? (
        <Waiting />
      ) : !entities.data ? (
        <Failed error={entities.error} onRetry={() => entities.refetch()} />
      ) : shown.length === 0 ? (
        <Empty icon={<IconBox />} title="Nothing of this name or type">
          Services appear here when they are registered: import them in the <Link to="/catalogue">catalogue</Link>, or
          send <code>PUT /v1/entities</code>.
        </Empty>
      ) : (
        <ul ref={cards} className={classes.cards}>
          {shown.map((entity) => (
            <ServiceCard key={entity.id} entity={entity} standing={standingOf(entity)} />
          ))}
        </ul>
      )}
      <More list={entities} />
    </Page>
  )
}

type Part = Pick<Standings, 'error' | 'isAskedAgain' | 'askAgain'>

/** Why some may be in trouble that do not show it, or are not here at all. */
function Lost({ parts }: { parts: readonly Part[] }): ReactNode {
  const error = parts.find(({ error }) => error)?.error
  if (!error) return null
  return (
    <Failed
      lost="Not all that is open is known"
      error={error}
      isAsked={parts.some(({ isAskedAgain }) => isAskedAgain)}
      onRetry={() => {
        for (const { askAgain } of parts) askAgain()
      }}
    />
  )
}

/** Why what shows no trouble may be in some all the same. */
function Doubt({ isCut, unplaced }: { isCut: boolean; unplaced: number }): ReactNode {
  if (!isCut && unplaced === 0) return null
  return (
    <Text size="sm" c="dimmed">
      {isCut
        ? 'So much is open that not all of it was read'
        : `It is not known here whom ${unplaced === 1 ? 'an open alert concerns' : `${unplaced} open alerts concern`}`}
      : what shows no trouble is not known to be well.{' '}
      <Link to="/events" search={{ status: ['open'] }}>
        What is open
      </Link>
    </Text>
  )
}

const MOST_TROUBLED = 60

/** Those in trouble that are not among what is loaded: of many services, they are what is looked for. */
function useTroubled(health: ReadonlyMap<string, Condition>, loaded: readonly Entity[], isPartial: boolean) {
  const known = new Set(loaded.map(({ id }) => id))
  const missing = isPartial ? [...health.keys()].filter((id) => !known.has(id)).slice(0, MOST_TROUBLED) : []
  return useEntitiesNamed(missing)
}
