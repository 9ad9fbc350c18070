import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refusal, refusal } from './refusal'

test('what the server says is wrong is kept, with every fault', () => {
  const body = {
    error: {
      code: 'invalid',
      message: 'title: is required',
      request_id: '01',
      violations: [{ path: 'title', message: 'is required' }],
    },
  }
  expect(refusal(400, body)).toMatchObject({
    status: 400,
    message: 'title: is required',
    requestId: '01',
    violations: [{ path: 'title', message: 'is required' }],
  })
})

test('what was not reached, or not now, may be answered another time', () => {
  const isForGood = (status: number) => new Refusal(status, 'no').isForGood
  expect([0, 429, 500, 503].map(isForGood)).toEqual([false, false, false, false])
  expect([400, 401, 403, 404, 409].map(isForGood)).toEqual([true, true, true, true, true])
})

test('whatever a proxy answers becomes a refusal with words', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ error: fc.jsonValue() })), (body) => {
      const said = refusal(502, body)
      expect(said).toBeInstanceOf(Refusal)
      expect(typeof said.message).toBe('string')
    }),
  )
})
