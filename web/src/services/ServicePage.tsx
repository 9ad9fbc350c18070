import { ActionIcon, Text, Tooltip } from '@mantine/core'
import { IconLink, IconQuestionMark, IconRefresh } from '@tabler/icons-react'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type CSSProperties, type ReactNode, useState } from 'react'
import type { Entity, Event } from '../api/nouns'
import { useEntitiesNamed, useEntity } from '../catalogue/useEntities'
import { EventDrawer } from '../events/EventDrawer'
import { EventTable } from '../events/EventTable'
import { useRowKeys } from '../events/useRowKeys'
import { CopyLink } from '../links/CopyLink'
import { Outward } from '../links/Outward'
import { useMay, useRefused } from '../session/useSession'
import { LinkButton } from '../shell/LinkButton'
import { Page, Panel } from '../shell/Page'
import { Empty, Failed, Waiting } from '../shell/States'
import { useKeys } from '../shell/useKeys'
import { RangePicker } from '../time/RangePicker'
import { useStretch } from '../time/useStretch'
import { type Stretch, windowOf, windowSearch } from '../time/window'
import { KnownLanes } from '../timeline/KnownLanes'
import { LaneLabel } from '../timeline/LaneLabel'
import { EVERYWHERE, type Lanes, useLanes } from '../timeline/useLanes'
import { LanePicker } from './LanePicker'
import { OpenAlerts } from './OpenAlerts'
import { RelationsOf } from './RelationsOf'
import classes from './Services.module.css'
import type { ServiceSearch } from './search'

const route = getRouteApi('/services/$entity')

export function ServicePage(): ReactNode {
  const { entity: name } = route.useParams()
  const entity = useEntity(name)
  if (entity.isPending) return <Waiting rows={10} />
  if (!entity.data) {
    return (
      <Page title={name}>
        <Failed error={entity.error} onRetry={() => entity.refetch()} />
      </Page>
    )
  }
  return <Shown key={entity.data.id} entity={entity.data} />
}

const NOTHING = () => {}

function Shown({ entity }: { entity: Entity }): ReactNode {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const window = windowOf(search)
  const { stretch, lookAgain } = useStretch(window)
  const go = (change: ServiceSearch) => navigate({ search: (before: ServiceSearch) => ({ ...before, ...change }) })
  const refused = useRefused('events:read')
  const added = search.lane ?? []
  const { others, ...known } = useLanesBeside(entity, added, stretch)
  const { events, cut } = known
  const [hoverId, setHover] = useState<string | null>(null)
  const open = (event: Event | string) => go({ event: typeof event === 'string' ? event : event.id })
  const close = () => search.event && go({ event: undefined })
  const activeId = useRowKeys({ events, openId: search.event, onOpen: open, onClose: close })
  useKeys({ r: lookAgain })
  const label = (id: string) => {
    const own = [entity, ...others].find((one) => one.id === id)
    const onRemove = own && own.id !== entity.id ? () => go({ lane: without(added, own) }) : undefined
    return <LaneLabel entity={own} name={id === EVERYWHERE ? 'Every service' : id} onRemove={onRemove} />
  }
  return (
    <Page
      title={entity.name}
      lead={<Facts entity={entity} />}
      actions={
        refused === null && (
          <>
            <LinkButton
              to="/why"
              search={{ entity: entity.id, at: 'last' in window ? undefined : new Date(stretch.to).toISOString() }}
              variant="light"
              h={34}
              leftSection={<IconQuestionMark size={16} />}
            >
              Why?
            </LinkButton>
            <RangePicker window={window} stretch={stretch} onChange={(chosen) => go(windowSearch(chosen))} />
            <Tooltip label="Look again (r)">
              <ActionIcon variant="default" size={34} aria-label="Look again" onClick={lookAgain}>
                <IconRefresh size={17} />
              </ActionIcon>
            </Tooltip>
            <CopyLink icon={<IconLink size={17} />} search={{ ...windowSearch(stretch) }} />
          </>
        )
      }
    >
      {entity.description !== '' && (
        <Text size="sm" className={classes.description}>
          {entity.description}
        </Text>
      )}
      {refused ? (
        <Panel title="Timeline">
          <Text size="sm" c="dimmed">
            {refused}
          </Text>
        </Panel>
      ) : (
        <>
          <Panel
            flush
            title="Timeline"
            side={
              <LanePicker
                entity={entity}
                chosen={added}
                onChange={(lane) => go({ lane: lane.length > 0 ? lane : undefined })}
              />
            }
          >
            <KnownLanes
              known={known}
              label={label}
              stretch={stretch}
              hoverId={hoverId}
              openId={search.event}
              onHover={(mark) => setHover(mark?.id ?? null)}
              onOpen={({ id }) => open(id)}
              onZoom={(zoomed) => go(windowSearch(zoomed))}
            />
            {cut.length > 0 && (
              <Text size="xs" c="dimmed" px="md" pb="sm">
                More than 10,000 events in a lane: the newest are shown. Zoom in for all of them.
              </Text>
            )}
          </Panel>
          <Panel
            flush
            title={known.isWhole ? `Events (${events.length.toLocaleString('en')})` : 'Events'}
            side={
              <Link to="/events" search={{ entity: [entity.id], ...windowSearch(window) }}>
                In the list, with filters
              </Link>
            }
          >
            {events.length === 0 ? (
              <NoEvents asked={known} />
            ) : (
              <div className={classes.room}>
                <div className={classes.events} style={{ '--rows': events.length } as CSSProperties}>
                  <EventTable
                    events={events}
                    order="-time"
                    openId={search.event}
                    activeId={activeId}
                    hoverId={hoverId ?? undefined}
                    hasMore={false}
                    isLoadingMore={false}
                    onMore={NOTHING}
                    onOpen={open}
                    onHover={(event) => setHover(event?.id ?? null)}
                  />
                </div>
              </div>
            )}
          </Panel>
        </>
      )}
      <div className={classes.columns}>
        {refused === null && <OpenAlerts entity={entity} onOpen={open} />}
        <RelationsOf entity={entity} lanes={added} onAdd={refused ? undefined : (id) => go({ lane: [...added, id] })} />
      </div>
      <EventDrawer
        id={search.event}
        listed={events.find(({ id }) => id === search.event)}
        pinned={windowSearch(stretch)}
        onOpen={open}
        onClose={close}
      />
    </Page>
  )
}

/** Lanes of an entity, and of others by their names; nothing is asked for who may not read events. */
function useLanesBeside(entity: Entity, names: readonly string[], stretch: Stretch) {
  const mayRead = useMay('events:read')
  const { entities: others, ...named } = useEntitiesNamed(names)
  const lanes = useLanes(mayRead ? [entity.id, ...others.map(({ id }) => id)] : [], stretch)
  return {
    ...lanes,
    others,
    isWhole: lanes.isWhole && !named.isPending && !named.error,
    error: lanes.error ?? named.error,
    isAskedAgain: lanes.isAskedAgain || named.isAskedAgain,
    askAgain: () => {
      for (const { askAgain } of [lanes, named]) askAgain()
    },
  }
}

/** No row: it is not known yet, not known at all, or there are no events. */
function NoEvents({ asked }: { asked: Pick<Lanes, 'isWhole' | 'error'> }): ReactNode {
  if (asked.error) {
    return (
      <Text size="sm" c="dimmed" p="md">
        What happened is not known.
      </Text>
    )
  }
  if (!asked.isWhole) return <Waiting rows={4} />
  return (
    <Empty title="Nothing happened here in this time">Choose a longer time, or add lanes of what it depends on.</Empty>
  )
}

function without(lanes: readonly string[], entity: Entity): string[] | undefined {
  const rest = lanes.filter((lane) => lane !== entity.id && lane !== entity.tag)
  return rest.length > 0 ? rest : undefined
}

function Facts({ entity }: { entity: Entity }): ReactNode {
  const places = [entity.type.toLowerCase(), entity.cluster, entity.namespace].filter(Boolean)
  return (
    <span className={classes.facts}>
      {places.map((place) => (
        <span key={place} className={classes.chip}>
          {place}
        </span>
      ))}
      {entity.tags.map(({ context, key, value }) => (
        <span key={`${context}${key}${value}`} className={classes.chip} title={context}>
          {key}
          {value && `: ${value}`}
        </span>
      ))}
      {entity.links.map(({ title, url }) => (
        <Outward key={url} url={url}>
          {title || url}
        </Outward>
      ))}
    </span>
  )
}
