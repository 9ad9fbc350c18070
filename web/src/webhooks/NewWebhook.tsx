import { Button, Select, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog } from '../shell/Dialog'
import { Failed } from '../shell/States'
import { OptionFields } from './OptionFields'
import { NO_OPTIONS, optionsOf } from './options'
import { RECEIVERS, type Receiver } from './receivers'
import { useMakeWebhook } from './useWebhooks'

const RECEIVER_CHOICES = Object.entries(RECEIVERS).map(([value, { name: label }]) => ({
  value: value as Receiver,
  label,
}))

export function NewWebhook({ onClose }: { onClose: () => void }): ReactNode {
  const [name, setName] = useState('')
  const [receiver, setReceiver] = useState<Receiver>('alertmanager')
  const [form, setForm] = useState(NO_OPTIONS)
  const make = useMakeWebhook()
  const options = optionsOf(form, receiver)
  return (
    <Dialog onClose={onClose} title="Make a webhook">
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (options) make.mutate({ name: name.trim(), receiver, options }, { onSuccess: onClose })
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            data-autofocus
            required
            maxLength={255}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Select
            label="Whose payloads it reads"
            description="Cannot be changed later"
            allowDeselect={false}
            data={RECEIVER_CHOICES}
            value={receiver}
            onChange={(chosen) => chosen && setReceiver(chosen)}
          />
          <OptionFields
            receiver={receiver}
            form={form}
            isRead={options !== null}
            onChange={(change) => setForm((now) => ({ ...now, ...change }))}
          />
          {make.error && <Failed error={make.error} />}
          <Button type="submit" loading={make.isPending} disabled={name.trim() === '' || options === null}>
            Make it
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
