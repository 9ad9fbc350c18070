import { Button, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Webhook } from '../api/nouns'
import { Dialog } from '../shell/Dialog'
import { Failed } from '../shell/States'
import { OptionFields } from './OptionFields'
import { formOf, optionsOf, touched } from './options'
import { useChangeWebhook } from './useWebhooks'

/** What a webhook is called, and how it reads its payloads; its address stays. */
export function EditWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }): ReactNode {
  const [before] = useState(() => ({ name: webhook.name, form: formOf(webhook.options) }))
  const [name, setName] = useState(before.name)
  const [form, setForm] = useState(before.form)
  const change = useChangeWebhook()
  const options = optionsOf(form, webhook.receiver, webhook.options, before.form)
  // what nobody touched is not sent: it may have been changed elsewhere since
  const changed = {
    ...(name.trim() === before.name ? {} : { name: name.trim() }),
    ...(options === null || touched(form, before.form).length === 0 ? {} : { options }),
  }
  return (
    <Dialog onClose={onClose} title={`Edit ${webhook.name}`}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (options) change.mutate({ id: webhook.id, change: changed }, { onSuccess: onClose })
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
          <Button
            type="submit"
            loading={change.isPending}
            disabled={name.trim() === '' || options === null || Object.keys(changed).length === 0}
          >
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
