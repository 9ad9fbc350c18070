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

test('whatever a proxy answers becomes a refusal with words', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ error: fc.jsonValue() })), (body) => {
      const said = refusal(502, body)
      expect(said).toBeInstanceOf(Refusal)
      expect(typeof said.message).toBe('string')
    }),
  )
})
