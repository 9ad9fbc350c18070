import { expect, test } from 'vitest'
import { fieldsOf, formOf, NO_OPTIONS, optionsOf } from './options'

test('each receiver has its own fields, an unknown one the common one', () => {
  expect(fieldsOf('alertmanager')).toEqual(['again'])
  expect(fieldsOf('grafana')).toEqual(['again', 'messageRoot'])
  expect(fieldsOf('direct')).toEqual(['again', 'loadJson', 'confirmUrl', 'convert'])
  expect(fieldsOf('toString')).toEqual(['again'])
})

test('what is read into a form is written again', () => {
  const options = {
    duplicate_event_time: 0,
    load_json: ['Message'],
    confirm_url: 'SubscribeURL',
    convert_data: { title: '{{ detail.summary }}', resource: { name: '{{ detail.host }}' } },
  }

  expect(optionsOf(formOf(options), 'direct', options)).toEqual(options)
  expect(optionsOf(formOf({}), 'direct')).toEqual({})
})

test('an emptied field is no option any more, and what has no field stays', () => {
  const before = { duplicate_event_time: 60, message_root: 'Records.0', of_another_release: true }

  expect(optionsOf(NO_OPTIONS, 'grafana', before)).toEqual({ of_another_release: true })
  expect(optionsOf({ ...NO_OPTIONS, again: 0 }, 'alertmanager', before)).toEqual({
    duplicate_event_time: 0,
    message_root: 'Records.0',
    of_another_release: true,
  })
})

test('what nobody touched is as it is now, and not as it was shown', () => {
  const shown = formOf({ duplicate_event_time: 60, message_root: 'Records.0' })
  const now = { duplicate_event_time: 300, message_root: 'Records.0' }

  expect(optionsOf({ ...shown, messageRoot: 'Records.1' }, 'grafana', now, shown)).toEqual({
    duplicate_event_time: 300,
    message_root: 'Records.1',
  })
})

test('templates that are no JSON are none', () => {
  expect(optionsOf({ ...NO_OPTIONS, convert: '{' }, 'direct')).toBeNull()
  expect(optionsOf({ ...NO_OPTIONS, convert: '[]' }, 'direct')).toBeNull()
  expect(optionsOf({ ...NO_OPTIONS, convert: '{' }, 'alertmanager')).toEqual({})
})
