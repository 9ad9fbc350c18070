import { ActionIcon, Button, Drawer, Tooltip } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { IconFilter, IconLink, IconRefresh } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { CopyLink } from '../links/CopyLink'
import { OpenProblems } from '../problems/OpenProblems'
import { Page } from '../shell/Page'
import { Failed } from '../shell/States'
import { useKeys } from '../shell/useKeys'
import { RangePicker } from '../time/RangePicker'
import { useStretch } from '../time/useStretch'
import { type Window, windowOf, windowSearch } from '../time/window'
import { EventDrawer } from './EventDrawer'
import classes from './EventsPage.module.css'
import { EventTable } from './EventTable'
import { ExportMenu } from './ExportMenu'
import { Facets } from './Facets'
import { Chips, SearchBox } from './FilterBar'
import { FreshEvents } from './FreshEvents'
import { Histogram } from './Histogram'
import { LiveButton } from './LiveButton'
import { NoEvents } from './NoEvents'
import { SavedViews } from './SavedViews'
import { type EventFilter, type EventSearch, parts, readFilter } from './search'
import { useAskFailed, useEvents, useFacets, useHistogram } from './useEvents'
import { useLive } from './useLive'
import { useRowKeys } from './useRowKeys'

const BUCKETS = 120
const NARROW_BUCKETS = 48
const route = getRouteApi('/events')

export function EventsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const isNarrow = useMediaQuery('(max-width: 768px)') ?? false
  const [areFacetsOpen, facetsDrawer] = useDisclosure(false)
  const filter = useMemo(() => readFilter({ ...search }), [search])
  const window = windowOf(search)
  const { stretch, lookedAt, lookAgain } = useStretch(window)
  const askFailed = useAskFailed()
  const order = search.order ?? '-time'

  const list = useEvents(filter, stretch, order)
  const counts = useHistogram(filter, stretch, isNarrow ? NARROW_BUCKETS : BUCKETS)
  const counted = useFacets(filter, stretch)
  const live = useLive(filter, stretch.to, search.live === true)
  const events = useMemo(() => list.data?.pages.flatMap((page) => page.events) ?? [], [list.data])

  const go = useCallback(
    (change: EventSearch) => navigate({ search: (before: EventSearch) => ({ ...before, ...change }) }),
    [navigate],
  )
  const onFilter = useCallback((change: EventFilter) => go(change), [go])
  const open = useCallback((id: string) => go({ event: id }), [go])
  const onMore = useCallback(() => {
    if (!list.isFetchingNextPage) list.fetchNextPage()
  }, [list.isFetchingNextPage, list.fetchNextPage])
  const close = () => search.event && go({ event: undefined })
  const activeId = useRowKeys({ events, openId: search.event, onOpen: ({ id }) => open(id), onClose: close })
  const isMoving = 'last' in window
  const pinned = { ...windowSearch(stretch), live: undefined } // what stands has nothing new to wait for
  const toggleLive = () => {
    if (isMoving) go({ live: search.live ? undefined : true })
  }
  useKeys({ r: lookAgain, l: toggleLive })
  const [shows, setShows] = useState(0)
  const show = () => {
    setShows(shows + 1)
    lookAgain()
  }

  const { order: ordered, live: isOn, event } = search
  const unfiltered: EventSearch = { ...windowSearch(window), order: ordered, live: isOn, event }
  const narrowed = parts(filter).length + (filter.q ? 1 : 0)
  const title = live.fresh > 0 ? `(${live.fresh}) Events` : 'Events'
  const facets = <Facets filter={filter} counted={counted} onFilter={onFilter} onRetry={askFailed} />
  return (
    <Page
      fixed
      title="Events"
      tab={title}
      lead={<span role="status">{counted.total === null ? '' : said(counted.total, narrowed > 0)}</span>}
      actions={
        <>
          <LiveButton
            state={live.state}
            isOn={search.live === true}
            refused={isMoving ? null : 'This time stands: choose one up to now to follow what comes'}
            onToggle={toggleLive}
          />
          <RangePicker window={window} stretch={stretch} onChange={(chosen) => go(windowSearch(chosen))} />
          <Tooltip label="Look again (r)">
            <ActionIcon variant="default" size={34} aria-label="Look again" onClick={lookAgain}>
              <IconRefresh size={17} />
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      <OpenProblems />
      <div className={classes.columns}>
        {!isNarrow && (
          <aside className={classes.facets} aria-label="Filters">
            {facets}
          </aside>
        )}
        <div className={classes.main}>
          <div className={classes.toolbar}>
            <SearchBox filter={filter} onFilter={onFilter} />
            {isNarrow && (
              <Button
                variant="default"
                h={34}
                px={12}
                leftSection={<IconFilter size={16} />}
                onClick={facetsDrawer.open}
              >
                Filters{narrowed > 0 ? ` (${narrowed})` : ''}
              </Button>
            )}
            <div className={classes.tools}>
              <SavedViews search={search} />
              <ExportMenu filter={filter} stretch={stretch} order={order} />
              <CopyLink icon={<IconLink size={17} />} search={pinned} />
            </div>
          </div>
          <Chips filter={filter} onFilter={onFilter} />
          <div className={classes.histogram}>
            {counts.data && (
              <Histogram
                counts={counts.data}
                stretch={stretch}
                height={isNarrow ? 54 : 84}
                isStale={counts.isPlaceholderData}
                onZoom={(zoomed: Window) => go(windowSearch(zoomed))}
              />
            )}
            {counts.error && <Failed error={counts.error} onRetry={askFailed} />}
          </div>
          <FreshEvents count={live.fresh} onShow={show} />
          <BrokenOff list={list} />
          <div className={classes.list} data-stale={list.isPlaceholderData}>
            {events.length === 0 ? (
              <NoEvents
                list={list}
                isNarrowed={narrowed > 0}
                window={window}
                lookedAt={lookedAt}
                onClear={() => navigate({ search: unfiltered })}
                onArrived={lookAgain}
                onRetry={askFailed}
                onWiden={() => go({ last: '30d', from: undefined, to: undefined })}
              />
            ) : (
              <EventTable
                key={order === '-time' ? shows : 0} // what is new stands first: the list begins there again
                events={events}
                order={order}
                openId={search.event}
                activeId={activeId}
                hasMore={list.hasNextPage && !list.isFetchNextPageError}
                isLoadingMore={list.isFetchingNextPage}
                onMore={onMore}
                onOpen={({ id }) => open(id)}
                onOrder={() => go({ order: order === 'time' ? undefined : 'time' })}
              />
            )}
          </div>
        </div>
      </div>
      <Drawer
        opened={isNarrow && areFacetsOpen}
        onClose={facetsDrawer.close}
        title="Filters"
        size="86%"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {facets}
      </Drawer>
      <EventDrawer
        id={search.event}
        listed={events.find(({ id }) => id === search.event)}
        pinned={pinned}
        onOpen={open}
        onClose={close}
      />
    </Page>
  )
}

function said(total: number, isNarrowed: boolean): string {
  return `${total.toLocaleString('en')}${isNarrowed ? ' match' : ''}`
}

/** Why a list goes no further though there is more. */
function BrokenOff({ list }: { list: ReturnType<typeof useEvents> }): ReactNode {
  if (!list.isFetchNextPageError) return null
  return <Failed lost="Not all events are listed" error={list.error} onRetry={() => list.fetchNextPage()} />
}
