import { expect, test } from 'vitest'
import type { Event } from '../api/nouns'
import { changeOf, formOf } from './change'

const EVENT: Event = {
  id: '01a1fc3f-b53e-789f-bfe4-8c624735cd17',
  sender_id: null,
  source: 'ci',
  dialect: 'whence',
  kind: 'change',
  type: 'deploy',
  severity: 'info',
  title: 'cart v2 is out',
  description: '',
  url: null,
  links: [{ title: 'The pipeline', url: 'https://ci.example.com/7' }],
  time: '2026-09-21T13:00:00.123Z',
  end_time: '2026-09-21T13:05:00.000Z',
  key: null,
  scope: { clusters: [], namespaces: [], services: ['cart'] },
  entities: [],
  properties: { to: 'v2' },
  status: 'closed',
  alert_id: null,
  problem_id: null,
  received_at: '2026-09-21T13:00:01.000Z',
  updated_at: '2026-09-21T13:00:01.000Z',
  report_count: 1,
}
const ZONE = 'Europe/Vienna'
const FORM = formOf(EVENT, ZONE)

test('a form holds what the event says, by the clock of its reader', () => {
  expect(FORM).toEqual({
    title: 'cart v2 is out',
    severity: 'info',
    description: '',
    url: '',
    links: 'https://ci.example.com/7 The pipeline',
    start: '2026-09-21T15:00:00',
    end: '2026-09-21T15:05:00',
    properties: '{\n  "to": "v2"\n}',
  })
})

test('what was not touched is not sent: a start keeps its milliseconds', () => {
  expect(changeOf(FORM, FORM, ZONE)).toEqual({ change: {} })
  expect(changeOf(FORM, { ...FORM, title: 'cart v3 is out' }, ZONE)).toEqual({ change: { title: 'cart v3 is out' } })
})

test('each field is sent as the API takes it', () => {
  const after = {
    title: 'cart v3 is out',
    severity: 'warning' as const,
    description: 'By hand',
    url: ' https://example.com/ ',
    links: 'https://ci.example.com/8  The next one\n\nhttps://example.com/bare',
    start: '2026-09-21T15:01',
    end: '',
    properties: '{"to": "v3"}',
  }

  expect(changeOf(FORM, after, ZONE)).toEqual({
    change: {
      title: 'cart v3 is out',
      severity: 'warning',
      description: 'By hand',
      url: 'https://example.com/',
      links: [
        { url: 'https://ci.example.com/8', title: 'The next one' },
        { url: 'https://example.com/bare', title: '' },
      ],
      time: '2026-09-21T13:01:00.000Z',
      end_time: null,
      properties: { to: 'v3' },
    },
  })
  expect(changeOf({ ...FORM, url: 'https://example.com/' }, FORM, ZONE)).toEqual({ change: { url: null } })
})

test('what means nothing is told with its field, all at once, and nothing is sent', () => {
  expect(changeOf(FORM, { ...FORM, title: ' ', start: '', end: '2026', properties: '[1]' }, ZONE)).toEqual({
    faults: { title: 'Is required', start: 'Is no time', end: 'Is no time', properties: 'Is no JSON object' },
  })
  expect(changeOf(FORM, { ...FORM, properties: '{' }, ZONE)).toEqual({ faults: { properties: 'Is no JSON object' } })
})
