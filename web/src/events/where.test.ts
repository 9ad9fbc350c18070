import { expect, test } from 'vitest'
import { whereSentence, whereShort } from './where'

const at = (clusters: string[], namespaces: string[], services: string[], entities: string[] = []) => ({
  scope: { clusters, namespaces, services },
  entities,
})

test('a scope is said in words', () => {
  expect(whereSentence(at([], [], []))).toBe('Every service of the account')
  expect(whereSentence(at(['eu'], [], ['cart']))).toBe('The service cart in the cluster eu')
  expect(whereSentence(at(['eu', 'us'], ['shop'], []))).toBe(
    'Every service in the namespace shop of the clusters eu or us',
  )
  expect(whereSentence({ scope: null, entities: ['HOST-1', 'HOST-2'] })).toBe('2 entities, by their ids')
})

test('a row has few words', () => {
  expect(whereShort(at([], [], []))).toBe('Every service')
  expect(whereShort(at(['eu'], [], []))).toBe('All in eu')
  expect(whereShort(at(['eu'], ['shop'], ['a', 'b', 'c']))).toBe('a, b +1 · eu / shop')
  const named = { scope: null, entities: ['HOST-1', 'HOST-2', 'HOST-3'] }
  expect(whereShort(named)).toBe('HOST-1, HOST-2 +1')
  expect(whereShort(named, (id) => id.toLowerCase())).toBe('host-1, host-2 +1')
})
