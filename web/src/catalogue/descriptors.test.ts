import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEntities } from './descriptors'

const entity = { name: 'cart', cluster: 'eu' }

test('a body, a list and one alone are read', () => {
  for (const text of [{ entities: [entity] }, [entity], entity]) {
    expect(readEntities(JSON.stringify(text))).toEqual({ entities: [entity] })
  }
})

test('what is none is said', () => {
  expect(readEntities('{')).toHaveProperty('fault')
  expect(readEntities('[]')).toEqual({ fault: 'There are no entities in it' })
  expect(readEntities('[{"name":"a"},{"type":"HOST"}]')).toEqual({ fault: 'entities[1] has no name' })
})

test('no text breaks it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const read = readEntities(text)
      expect('entities' in read || read.fault !== '').toBe(true)
    }),
  )
})
