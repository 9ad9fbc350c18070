import { ActionIcon, Button, Popover, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { IconCalendarClock, IconChevronLeft, IconChevronRight, IconZoomOut } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { readField, toField } from './field'
import { now } from './now'
import classes from './RangePicker.module.css'
import { useZone } from './useZone'
import { lastName, PRESETS, type Stretch, type Window } from './window'
import { length, reach } from './words'
import { ZonePicker } from './ZonePicker'

interface RangePickerProps {
  window: Window
  stretch: Stretch
  onChange: (window: Window) => void
}

/** Which stretch of time is looked at: a preset, any two times, earlier, later, or more of it. */
export function RangePicker({ window, stretch, onChange }: RangePickerProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const { zone } = useZone()
  const span = stretch.to - stretch.from
  const move = (by: number) => onChange({ from: stretch.from + by, to: stretch.to + by })
  const choose = (chosen: Window) => {
    setOpen(false)
    onChange(chosen)
  }
  return (
    <div className={classes.picker}>
      <Tooltip label={`${length(span / 2)} earlier`}>
        <ActionIcon variant="default" size={34} aria-label="Earlier" onClick={() => move(-span / 2)}>
          <IconChevronLeft size={17} />
        </ActionIcon>
      </Tooltip>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus width={380}>
        <Popover.Target>
          <Button
            variant="default"
            h={34}
            px={12}
            leftSection={<IconCalendarClock size={16} />}
            onClick={() => setOpen(!isOpen)}
            aria-label={`Time range: ${said(window, stretch, zone)}`}
          >
            {said(window, stretch, zone)}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Time range">
          <div className={classes.presets}>
            {PRESETS.map((last) => (
              <Button
                key={last}
                size="xs"
                justify="flex-start"
                variant={'last' in window && window.last === last ? 'light' : 'subtle'}
                color={'last' in window && window.last === last ? undefined : 'gray'}
                onClick={() => choose({ last })}
              >
                {lastName(last)}
              </Button>
            ))}
          </div>
          {isOpen && <Absolute key={zone} stretch={stretch} zone={zone} onChoose={choose} />}
          <div className={classes.zone}>
            <ZonePicker />
          </div>
        </Popover.Dropdown>
      </Popover>
      <Tooltip label={`${length(span / 2)} later`}>
        <ActionIcon variant="default" size={34} aria-label="Later" onClick={() => move(span / 2)}>
          <IconChevronRight size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Twice as much">
        <ActionIcon
          className={classes.wider}
          variant="default"
          size={34}
          aria-label="Zoom out"
          onClick={() => onChange({ from: stretch.from - span / 2, to: stretch.to + span / 2 })}
        >
          <IconZoomOut size={17} />
        </ActionIcon>
      </Tooltip>
    </div>
  )
}

function Absolute({
  stretch,
  zone,
  onChoose,
}: {
  stretch: Stretch
  zone: string
  onChoose: (window: Window) => void
}): ReactNode {
  const [before] = useState(stretch)
  const [from, setFrom] = useState(toField(before.from, zone))
  const [to, setTo] = useState(toField(before.to, zone))
  const [start, end] = [readField(from, zone, before.from), readField(to, zone, before.to)]
  const isGood = start !== null && end !== null && end > start
  return (
    <form
      className={classes.absolute}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        if (isGood) onChoose({ from: start, to: end })
      }}
    >
      <Stack gap={8}>
        <TextInput
          size="xs"
          type="datetime-local"
          step={1}
          label="From"
          value={from}
          onChange={(e) => setFrom(e.currentTarget.value)}
        />
        <TextInput
          size="xs"
          type="datetime-local"
          step={1}
          label="To"
          value={to}
          onChange={(e) => setTo(e.currentTarget.value)}
        />
        <Button size="xs" type="submit" disabled={!isGood}>
          {isGood ? `Show these ${length(end - start)}` : 'The end is not after the start'}
        </Button>
        <Text size="xs" c="dimmed">
          Times of {zone}
        </Text>
      </Stack>
    </form>
  )
}

function said(window: Window, { from, to }: Stretch, zone: string): string {
  return 'last' in window ? lastName(window.last) : `${length(to - from)} · ${reach(from, to, zone, now())}`
}
