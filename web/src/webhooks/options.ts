import { objectOf } from '../api/json'
import type { Webhook, WebhookIn } from '../api/nouns'

export type Options = NonNullable<WebhookIn['options']>

/** The options of a webhook as a form holds them. */
export interface OptionsForm {
  /** Seconds; empty: as long as the alert is open. */
  again: number | ''
  messageRoot: string
  loadJson: string[]
  confirmUrl: string
  /** JSON. */
  convert: string
}

const NAMES = {
  again: 'duplicate_event_time',
  messageRoot: 'message_root',
  loadJson: 'load_json',
  confirmUrl: 'confirm_url',
  convert: 'convert_data',
} as const satisfies Record<keyof OptionsForm, keyof Options>

/** The fields that a receiver has: each has the first. */
export function fieldsOf(receiver: string): readonly (keyof OptionsForm)[] {
  if (receiver === 'grafana') return ['again', 'messageRoot']
  if (receiver === 'direct') return ['again', 'loadJson', 'confirmUrl', 'convert']
  return ['again']
}

export const NO_OPTIONS: OptionsForm = { again: '', messageRoot: '', loadJson: [], confirmUrl: '', convert: '' }

export function formOf(options: Webhook['options']): OptionsForm {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const { duplicate_event_time: again, load_json: paths, convert_data: templates } = options
  return {
    again: typeof again === 'number' ? again : '',
    messageRoot: text(options.message_root),
    loadJson: Array.isArray(paths) ? paths.map(String) : [],
    confirmUrl: text(options.confirm_url),
    convert: templates ? JSON.stringify(templates, null, 2) : '',
  }
}

/** What is to be sent; null: the templates are no JSON. Options that have no field here stay as they were, since all are sent at once. */
export function optionsOf(form: OptionsForm, receiver: string, before: Webhook['options'] = {}): Options | null {
  const isConverted = fieldsOf(receiver).includes('convert') && form.convert.trim() !== ''
  const templates = isConverted ? objectOf(form.convert) : undefined
  if (templates === null) return null
  const values = {
    again: form.again === '' ? undefined : form.again,
    messageRoot: form.messageRoot.trim() || undefined,
    loadJson: form.loadJson.length > 0 ? form.loadJson : undefined,
    confirmUrl: form.confirmUrl.trim() || undefined,
    convert: templates,
  }
  const options: Record<string, unknown> = { ...before }
  for (const field of fieldsOf(receiver)) {
    if (values[field] === undefined) delete options[NAMES[field]]
    else options[NAMES[field]] = values[field]
  }
  return options as Options
}
