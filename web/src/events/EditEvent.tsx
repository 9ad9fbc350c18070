import { Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Event, Severity } from '../api/nouns'
import { Dialog } from '../shell/Dialog'
import { Failed } from '../shell/States'
import { useZone } from '../time/useZone'
import { changeOf, type EventForm, formOf } from './change'
import { SEVERITIES } from './looks'
import { useChangeEvent } from './useChangeEvent'

/** Changes what an event says; whom it concerns, and what it is, stay. */
export function EditEvent({ event, onClose }: { event: Event; onClose: () => void }): ReactNode {
  const { zone } = useZone()
  const [before] = useState(() => formOf(event, zone))
  const [form, setForm] = useState(before)
  const change = useChangeEvent(event)
  const read = changeOf(before, form, zone)
  const faults = 'faults' in read ? read.faults : {}
  const isOther = 'change' in read && Object.keys(read.change).length > 0
  const field = (name: Exclude<keyof EventForm, 'severity'>) => ({
    value: form[name],
    error: faults[name],
    onChange: (changed: { currentTarget: { value: string } }) => {
      const { value } = changed.currentTarget
      setForm((now) => ({ ...now, [name]: value }))
    },
  })
  return (
    <Dialog onClose={onClose} size="lg" title="Edit the event">
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (isOther) change.mutate(read.change, { onSuccess: onClose })
        }}
      >
        <Stack>
          <TextInput label="Title" data-autofocus maxLength={1000} {...field('title')} />
          <SegmentedControl
            aria-label="Severity"
            data={[...SEVERITIES].reverse()}
            value={form.severity}
            onChange={(severity) => setForm((now) => ({ ...now, severity: severity as Severity }))}
          />
          <Textarea label="Description" autosize minRows={2} maxRows={8} maxLength={65_536} {...field('description')} />
          <Group grow align="flex-start">
            <TextInput label="Start" type="datetime-local" step={1} {...field('start')} />
            {event.status === 'open' ? (
              <TextInput label="End" disabled value="when its alert ends" readOnly />
            ) : (
              <TextInput label="End, if it is no moment" type="datetime-local" step={1} {...field('end')} />
            )}
          </Group>
          <Text size="xs" c="dimmed" mt={-8}>
            Times of {zone}.
          </Text>
          <TextInput label="Address" placeholder="https://…" {...field('url')} />
          <Textarea
            label="Links"
            description="One a line: its address, and behind a space its title"
            autosize
            minRows={1}
            maxRows={6}
            {...field('links')}
          />
          <Textarea
            label="Properties"
            description="JSON"
            autosize
            minRows={2}
            maxRows={14}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            {...field('properties')}
          />
          {change.error && <Failed error={change.error} />}
          <Button type="submit" loading={change.isPending} disabled={!isOther}>
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
