import { NumberInput, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { fieldsOf, type OptionsForm } from './options'

interface OptionFieldsProps {
  receiver: string
  form: OptionsForm
  /** Whether the templates are JSON. */
  isRead: boolean
  onChange: (change: Partial<OptionsForm>) => void
}

/** How payloads are read, as far as this receiver can be told. */
export function OptionFields({ receiver, form, isRead, onChange }: OptionFieldsProps): ReactNode {
  const has = fieldsOf(receiver)
  return (
    <>
      <NumberInput
        label="The same again after so many seconds is another alert"
        description="0: always another. Empty: the same as long as it is open"
        allowDecimal={false}
        value={form.again}
        onChange={(again) => onChange({ again: typeof again === 'number' ? again : '' })}
      />
      {has.includes('messageRoot') && (
        <TextInput
          label="Where the payload is in what wraps it"
          placeholder="Records.0.Sns.Message"
          value={form.messageRoot}
          onChange={(e) => onChange({ messageRoot: e.currentTarget.value })}
        />
      )}
      {has.includes('loadJson') && (
        <TagsInput
          label="Texts that are JSON, by their paths"
          placeholder="detail.message"
          value={form.loadJson}
          onChange={(loadJson) => onChange({ loadJson })}
        />
      )}
      {has.includes('confirmUrl') && (
        <TextInput
          label="The address that makes a body a handshake, by its path"
          placeholder="SubscribeURL"
          value={form.confirmUrl}
          onChange={(e) => onChange({ confirmUrl: e.currentTarget.value })}
        />
      )}
      {has.includes('convert') && (
        <Textarea
          label="Templates of the event's members"
          placeholder={'{"title": "{{ detail.summary }}"}'}
          autosize
          minRows={3}
          maxRows={14}
          spellCheck={false}
          value={form.convert}
          error={isRead ? undefined : 'Is no JSON object'}
          onChange={(e) => onChange({ convert: e.currentTarget.value })}
        />
      )}
    </>
  )
}
