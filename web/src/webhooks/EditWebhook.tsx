import { Button, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Webhook } from '../api/nouns'
import { Dialog } from '../shell/Dialog'
import { Failed } from '../shell/States'
import { OptionFields } from './OptionFields'
import { formOf, optionsOf } from './options'
import { useChangeWebhook } from './useWebhooks'

/** What a webhook is called, and how it reads its payloads; its address stays. */
export function EditWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }): ReactNode {
  const [name, setName] = useState(webhook.name)
  const [form, setForm] = useState(() => formOf(webhook.options))
  const change = useChangeWebhook()
  const options = optionsOf(form, webhook.receiver, webhook.options)
  return (
    <Dialog onClose={onClose} title={`Edit ${webhook.name}`}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (options) change.mutate({ id: webhook.id, change: { name: name.trim(), options } }, { onSuccess: onClose })
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
          <OptionFields
            receiver={webhook.receiver}
            form={form}
            isRead={options !== null}
            onChange={(changed) => setForm((now) => ({ ...now, ...changed }))}
          />
          {change.error && <Failed error={change.error} />}
          <Button type="submit" loading={change.isPending} disabled={name.trim() === '' || options === null}>
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
