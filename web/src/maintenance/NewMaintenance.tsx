import { Button, Group, Modal, SegmentedControl, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Failed } from '../shell/States'
import { fromField, toField } from '../time/field'
import { useZone } from '../time/useZone'
import { usePlan, useScopeMatch } from './useMaintenance'

const HOUR_MS = 3_600_000

/** Plans a window of maintenance, over services by where they are and what they are called. */
export function NewMaintenance({ onClose }: { onClose: () => void }): ReactNode {
  const { zone } = useZone()
  const plan = usePlan()
  const [now] = useState(() => Math.ceil(Date.now() / 300_000) * 300_000)
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [starts, setStarts] = useState(toField(now, zone))
  const [ends, setEnds] = useState(toField(now + HOUR_MS, zone))
  const [recurrence, setRecurrence] = useState('once')
  const [mode, setMode] = useState('no_problem')
  const [clusters, setClusters] = useState<string[]>([])
  const [namespaces, setNamespaces] = useState<string[]>([])
  const [services, setServices] = useState<string[]>([])
  const [start, end] = [fromField(starts, zone), fromField(ends, zone)]
  const isGood = name.trim() !== '' && start !== null && end !== null && end > start
  const scope = { clusters, namespaces, services }
  const isEverything = clusters.length + namespaces.length + services.length === 0
  const matched = useScopeMatch(isEverything ? null : scope)
  const submit = () => {
    if (!isGood) return
    plan.mutate(
      {
        name: name.trim(),
        description: description.trim(),
        starts_at: new Date(start).toISOString(),
        ends_at: new Date(end).toISOString(),
        time_zone: zone,
        recurrence: recurrence === 'daily' || recurrence === 'weekly' ? recurrence : 'once',
        mode: mode === 'record_only' ? 'record_only' : 'no_problem',
        ...(isEverything ? {} : { scope }),
      },
      { onSuccess: onClose },
    )
  }
  return (
    <Modal opened onClose={onClose} size="lg" title="Plan maintenance" closeButtonProps={{ 'aria-label': 'Cancel' }}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          submit()
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            data-autofocus
            maxLength={200}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Group grow>
            <TextInput
              label="Starts"
              type="datetime-local"
              required
              value={starts}
              onChange={(e) => setStarts(e.currentTarget.value)}
            />
            <TextInput
              label="Ends"
              type="datetime-local"
              required
              value={ends}
              error={start !== null && end !== null && end <= start ? 'Not after the start' : undefined}
              onChange={(e) => setEnds(e.currentTarget.value)}
            />
          </Group>
          <Text size="xs" c="dimmed" mt={-8}>
            Times of {zone}; what recurs keeps to that clock, also when it is put forward or back.
          </Text>
          <SegmentedControl
            aria-label="How often"
            value={recurrence}
            onChange={setRecurrence}
            data={[
              { value: 'once', label: 'Once' },
              { value: 'daily', label: 'Every day' },
              { value: 'weekly', label: 'Every week' },
            ]}
          />
          <SegmentedControl
            aria-label="Effect"
            value={mode}
            onChange={setMode}
            data={[
              { value: 'no_problem', label: 'Alerts open no problem' },
              { value: 'record_only', label: 'Alerts only recorded' },
            ]}
          />
          <Group grow align="flex-start">
            <TagsInput label="Clusters" placeholder="any" value={clusters} onChange={setClusters} />
            <TagsInput label="Namespaces" placeholder="any" value={namespaces} onChange={setNamespaces} />
            <TagsInput label="Services" placeholder="any" value={services} onChange={setServices} />
          </Group>
          <Text size="xs" c="dimmed" mt={-8} role="status">
            {isEverything
              ? 'Of everything, since nothing is named.'
              : matched.data
                ? `Of ${matched.data.count} of ${matched.data.of} services, as of now.`
                : ' '}
          </Text>
          <Textarea
            label="Description"
            autosize
            minRows={2}
            maxLength={10_000}
            value={description}
            onChange={(e) => setDescription(e.currentTarget.value)}
          />
          {plan.error && <Failed error={plan.error} />}
          <Button type="submit" loading={plan.isPending} disabled={!isGood}>
            Plan it
          </Button>
        </Stack>
      </form>
    </Modal>
  )
}
