import { Button, SegmentedControl, Text, TextInput } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { EntityLink } from '../catalogue/EntityLink'
import { useEntity } from '../catalogue/useEntities'
import { EventDrawer } from '../events/EventDrawer'
import { Page } from '../shell/Page'
import { useKeys } from '../shell/useKeys'
import { readField, toField } from '../time/field'
import { now } from '../time/now'
import { useZone } from '../time/useZone'
import { stamp } from '../time/words'
import { Causes } from './Causes'
import { useCauses } from './useCauses'
import classes from './WhyPage.module.css'

const route = getRouteApi('/why')
const LOOKBACKS = [
  { value: 'PT30M', label: '30m' },
  { value: 'PT2H', label: '2h' },
  { value: 'PT12H', label: '12h' },
  { value: 'P2D', label: '2d' },
]

/** What is suspected of what alerted at a time, on one entity or anywhere. */
export function WhyPage(): ReactNode {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { zone } = useZone()
  const entity = useEntity(search.entity ?? null)
  const asked = { entity: search.entity, at: search.at, lookback: search.lookback }
  const at = useCauses(asked, 'entities').data?.at // shared with the list below: it is asked once
  const open = (event: string | undefined) => navigate({ search: (before) => ({ ...before, event }) })
  useKeys({ Escape: () => search.event && open(undefined) })
  const when = search.at ? `as of ${stamp(Date.parse(search.at), zone, now())}` : 'as of now'
  return (
    <Page
      title="Why?"
      lead={
        <span className={classes.lead}>
          What{' '}
          {entity.data ? <EntityLink entity={entity.data} /> : search.entity ? search.entity : 'everything that alerts'}{' '}
          suffers from, {when}
        </span>
      }
      actions={
        <>
          <At
            key={`${search.at} ${zone}`}
            at={search.at}
            zone={zone}
            onChange={(at) => navigate({ search: (before) => ({ ...before, at }) })}
          />
          {search.entity && (
            <Button
              variant="default"
              h={34}
              onClick={() => navigate({ search: (before) => ({ ...before, entity: undefined }) })}
            >
              Everything
            </Button>
          )}
          <SegmentedControl
            aria-label="How far back"
            data={LOOKBACKS}
            value={search.lookback ?? 'PT2H'}
            onChange={(lookback) =>
              navigate({ search: (before) => ({ ...before, lookback: lookback === 'PT2H' ? undefined : lookback }) })
            }
          />
        </>
      }
    >
      <Causes asked={asked} onOpen={open} />
      <Text size="xs" c="dimmed">
        The ranking weighs what alerts, where it stands among what it depends on, and what was changed before. The same
        data gives the same answer. A score is from 0 to 1 and no probability.
      </Text>
      <EventDrawer id={search.event} pinned={{ at: search.at ?? at }} onOpen={open} onClose={() => open(undefined)} />
    </Page>
  )
}

function At({
  at,
  zone,
  onChange,
}: {
  at: string | undefined
  zone: string
  onChange: (at: string | undefined) => void
}): ReactNode {
  const [before] = useState(() => (at ? Date.parse(at) : now()))
  const [typed, setTyped] = useState(toField(before, zone))
  const chosen = readField(typed, zone, before)
  return (
    <form
      className={classes.at}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        if (chosen !== null) onChange(new Date(chosen).toISOString())
      }}
    >
      <TextInput
        type="datetime-local"
        step={1}
        size="sm"
        aria-label={`As of, in ${zone}`}
        value={typed}
        onChange={(changed) => setTyped(changed.currentTarget.value)}
      />
      <Button type="submit" variant="default" h={34} disabled={chosen === null}>
        Ask
      </Button>
      {at && (
        <Button variant="subtle" h={34} onClick={() => onChange(undefined)}>
          Now
        </Button>
      )}
    </form>
  )
}
