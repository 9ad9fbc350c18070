import { Button, Group, SegmentedControl, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Maintenance } from '../api/nouns'
import { Dialog } from '../shell/Dialog'
import { Failed } from '../shell/States'
import { now } from '../time/now'
import { useZone } from '../time/useZone'
import { blank, changeOf, faultOf, formOf, isEverything, type PlanForm, planOf } from './plan'
import { useChangePlan, usePlan, useScopeMatch } from './useMaintenance'

interface PlanMaintenanceProps {
  /** The window that is changed; none: a new one is planned. */
  window?: Maintenance
  onClose: () => void
}

/** Plans a window of maintenance, or changes one, over services by where they are and what they are called. */
export function PlanMaintenance({ window, onClose }: PlanMaintenanceProps): ReactNode {
  const own = useZone().zone
  const zone = window?.time_zone ?? own
  const plan = usePlan()
  const change = useChangePlan()
  const [before] = useState(() => (window ? formOf(window) : blank(now(), zone)))
  const [form, setForm] = useState(before)
  const fault = faultOf(form, zone)
  const isOther = fault === null && (!window || Object.keys(changeOf(before, form, zone)).length > 0)
  const submit = () => {
    if (!isOther) return
    if (window) change.mutate({ id: window.id, change: changeOf(before, form, zone) }, { onSuccess: onClose })
    else plan.mutate(planOf(form, zone), { onSuccess: onClose })
  }
  const error = plan.error ?? change.error
  return (
    <Dialog onClose={onClose} size="lg" title={window ? `Change ${window.name}` : 'Plan maintenance'}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          submit()
        }}
      >
        <Stack>
          <Fields form={form} zone={zone} onChange={(changed) => setForm((one) => ({ ...one, ...changed }))} />
          <OfWhat form={form} entities={window?.entities?.length ?? 0} />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            maxLength={10_000}
            value={form.description}
            onChange={(e) => {
              const description = e.currentTarget.value
              setForm((one) => ({ ...one, description }))
            }}
          />
          {error && <Failed error={error} />}
          <Button type="submit" loading={plan.isPending || change.isPending} disabled={!isOther}>
            {window ? 'Save' : 'Plan it'}
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}

interface FieldsProps {
  form: PlanForm
  zone: string
  onChange: (change: Partial<PlanForm>) => void
}

function Fields({ form, zone, onChange }: FieldsProps): ReactNode {
  const isBackward = faultOf({ ...form, name: 'any' }, zone) === 'It ends before it starts'
  return (
    <>
      <TextInput
        label="Name"
        required
        data-autofocus
        maxLength={200}
        value={form.name}
        onChange={(e) => onChange({ name: e.currentTarget.value })}
      />
      <Group grow>
        <TextInput
          label="Starts"
          type="datetime-local"
          required
          value={form.starts}
          onChange={(e) => onChange({ starts: e.currentTarget.value })}
        />
        <TextInput
          label="Ends"
          type="datetime-local"
          required
          value={form.ends}
          error={isBackward ? 'Not after the start' : undefined}
          onChange={(e) => onChange({ ends: e.currentTarget.value })}
        />
      </Group>
      <Text size="xs" c="dimmed" mt={-8}>
        Times of {zone}; what recurs keeps to that clock, also when it is put forward or back.
      </Text>
      <SegmentedControl
        aria-label="How often"
        value={form.recurrence ?? 'once'}
        onChange={(recurrence) => onChange({ recurrence })}
        data={[
          { value: 'once', label: 'Once' },
          { value: 'daily', label: 'Every day' },
          { value: 'weekly', label: 'Every week' },
        ]}
      />
      {form.recurrence !== 'once' && (
        <TextInput
          label="Starts for the last time"
          description="Empty: it goes on without end"
          type="datetime-local"
          value={form.last}
          onChange={(e) => onChange({ last: e.currentTarget.value })}
        />
      )}
      <SegmentedControl
        aria-label="Effect"
        value={form.mode ?? 'no_problem'}
        onChange={(mode) => onChange({ mode })}
        data={[
          { value: 'no_problem', label: 'Alerts open no problem' },
          { value: 'record_only', label: 'Alerts only recorded' },
        ]}
      />
      <Group grow align="flex-start">
        <TagsInput
          label="Clusters"
          placeholder="any"
          value={form.clusters}
          onChange={(clusters) => onChange({ clusters })}
        />
        <TagsInput
          label="Namespaces"
          placeholder="any"
          value={form.namespaces}
          onChange={(namespaces) => onChange({ namespaces })}
        />
        <TagsInput
          label="Services"
          placeholder="any"
          value={form.services}
          onChange={(services) => onChange({ services })}
        />
      </Group>
    </>
  )
}

/** How many services it is of; `entities`: how many it names by their ids, which stay until places are named. */
function OfWhat({ form, entities }: { form: PlanForm; entities: number }): ReactNode {
  const { clusters, namespaces, services } = form
  const isAll = isEverything(form)
  const matched = useScopeMatch(isAll ? null : { clusters, namespaces, services })
  const words = isAll
    ? entities > 0
      ? `Of ${entities} entities by their ids, as before.`
      : 'Of everything, since nothing is named.'
    : matched.data
      ? `Of ${matched.data.count} of ${matched.data.of} services, as of now.`
      : ' '
  return (
    <Text size="xs" c="dimmed" mt={-8} role="status">
      {words}
    </Text>
  )
}
