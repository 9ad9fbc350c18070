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

/** The fields that hold something else than when they were `shown`. */
export function touched(form: OptionsForm, shown: OptionsForm): (keyof OptionsForm)[] {
  const fields = Object.keys(NAMES) as (keyof OptionsForm)[]
  return fields.filter((field) => JSON.stringify(form[field]) !== JSON.stringify(shown[field]))
}

/**
 * What is to be sent; null: the templates are no JSON. All are sent at once: options that have no field here, or one
 * that nobody touched since it was `shown`, stay as they are.
 */
export function optionsOf(
  form: OptionsForm,
  receiver: string,
  current: Webhook['options'] = {},
  shown: OptionsForm = formOf(current),
): Options | null {
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
  const options: Record<string, unknown> = { ...current }
  const changed = touched(form, shown)
  for (const field of fieldsOf(receiver).filter((one) => changed.includes(one))) {
    if (values[field] === undefined) delete options[NAMES[field]]
    else options[NAMES[field]] = values[field]
  }
  return options as Options
}
