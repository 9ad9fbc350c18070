import { Group } from '@mantine/core'
import { IconArrowsHorizontal, IconQuestionMark } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { AlertCard } from '../alerts/AlertCard'
import { useAlert } from '../alerts/useAlerts'
import type { Event } from '../api/nouns'
import { Outward } from '../links/Outward'
import { LinkButton } from '../shell/LinkButton'
import { useKeys } from '../shell/useKeys'
import { Duration, Instant } from '../time/Instant'
import { useZone } from '../time/useZone'
import { around, windowSearch } from '../time/window'
import { exact } from '../time/words'
import { offsetName } from '../time/zone'
import { EventActions } from './EventActions'
import classes from './EventDetails.module.css'
import { Neighbours } from './Neighbours'
import { Original } from './Original'
import { Properties } from './Properties'
import { Section } from './Section'
import { KindDisc, SeverityBadge } from './Signs'
import { Where } from './Where'

const AROUND = [
  ['± 15m', 30],
  ['± 1h', 120],
] as const

interface EventDetailsProps {
  event: Event
  onOpen: (id: string) => void
  onRemoved: () => void
}

export function EventDetails({ event, onOpen, onRemoved }: EventDetailsProps): ReactNode {
  const { zone } = useZone()
  const at = Date.parse(event.time)
  return (
    <article className={classes.event}>
      <header className={classes.header}>
        <Group gap={8}>
          <KindDisc event={event} size={30} />
          <SeverityBadge severity={event.severity} />
          <span className={classes.type}>{event.type}</span>
          {event.status === 'open' && <span className={classes.open}>open</span>}
        </Group>
        <h2 className={classes.title}>{event.title}</h2>
        <p className={classes.times}>
          {exact(at, zone)} {offsetName(at, zone)} · <Instant at={at} relative />
          {(event.end_time || event.status === 'open') && (
            <>
              {' '}
              · {event.end_time ? 'lasted' : 'for'} <Duration from={event.time} to={event.end_time} />
            </>
          )}
        </p>
      </header>

      <Group gap={8} role="group" aria-label="What to do with it">
        <WhyButton event={event} />
        {AROUND.map(([label, minutes]) => (
          <LinkButton
            key={label}
            to="/events"
            search={{ ...windowSearch(around(at, minutes * 60_000)), event: event.id }}
            aria-label={`Events around this, ${label}`}
            size="xs"
            variant="default"
            leftSection={<IconArrowsHorizontal size={14} />}
          >
            {label}
          </LinkButton>
        ))}
        <EventActions key={event.id} event={event} onRemoved={onRemoved} />
      </Group>

      {event.description !== '' && <p className={classes.description}>{event.description}</p>}
      <Links event={event} />
      <ItsAlert event={event} />
      <Section title="Where">
        <Where event={event} />
      </Section>
      <Section title="Around it, on the same services">
        <Neighbours event={event} onOpen={onOpen} />
      </Section>
      <Properties event={event} />
      <Section title="Report">
        <Facts event={event} />
      </Section>
      <Original id={event.id} />
    </article>
  )
}

const AFTER_MS = 30 * 60_000 // what a change breaks shows in half an hour, or is hard to tell

/** To the problem that it is part of, else to what is suspected around it. */
function WhyButton({ event }: { event: Event }): ReactNode {
  const navigate = useNavigate()
  const entity = event.matched?.count === 1 ? event.matched.sample[0]?.id : event.entities[0]
  const at = event.kind === 'problem' ? event.time : new Date(Date.parse(event.time) + AFTER_MS).toISOString()
  const toWhy = { to: '/why', search: { entity, at } } as const
  useKeys({
    w: () =>
      event.problem_id
        ? navigate({ to: '/problems/$problem', params: { problem: event.problem_id } })
        : navigate(toWhy),
  })
  const look = { size: 'xs', leftSection: <IconQuestionMark size={14} /> } as const
  if (event.problem_id) {
    return (
      <LinkButton to="/problems/$problem" params={{ problem: event.problem_id }} {...look}>
        Why? Its problem
      </LinkButton>
    )
  }
  return (
    <LinkButton {...toWhy} {...look} variant={event.kind === 'problem' ? 'filled' : 'light'}>
      Why?
    </LinkButton>
  )
}

function Links({ event }: { event: Event }): ReactNode {
  if (!event.url && event.links.length === 0) return null
  return (
    <ul className={classes.links}>
      {event.url && (
        <li>
          <Outward url={event.url} />
        </li>
      )}
      {event.links.map(({ title, url }) => (
        <li key={url + title}>
          <Outward url={url}>{title || url}</Outward>
        </li>
      ))}
    </ul>
  )
}

function ItsAlert({ event }: { event: Event }): ReactNode {
  const alert = useAlert(event.alert_id)
  if (!alert.data) return null
  return (
    <Section title="Alert">
      <AlertCard alert={alert.data} />
    </Section>
  )
}

function Facts({ event }: { event: Event }): ReactNode {
  const facts: [string, ReactNode][] = [
    ['source', event.source],
    ['dialect', event.dialect],
    ['received', <Instant key="received" at={event.received_at} />],
    ['last update', <Instant key="updated" at={event.updated_at} />],
    ['reports', event.report_count],
    ['key', event.key],
    ["sender's id", event.sender_id],
    ['id', event.id],
  ]
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name} className={classes.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
