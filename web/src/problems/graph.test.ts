import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Brief, Relation } from '../api/nouns'
import { graph, outlying } from './graph'

const entity = (id: string): Brief => ({ id, tag: id, type: 'SERVICE', name: id, cluster: '', namespace: '' })
const calls = (from: string, to: string): Relation => ({ from, to, kind: 'calls' })
const all = ['a', 'b', 'c', 'd', 'e', 'f'].map(entity)

test('the symptom takes the way from the cause to who is affected', () => {
  const drawn = graph({
    entities: all,
    relations: [calls('a', 'b'), calls('b', 'c'), calls('a', 'd'), calls('e', 'f')],
    affected: ['a'],
    suspects: ['c'],
    most: 40,
  })
  expect(drawn.nodes.map(({ entity: { id } }) => id).sort()).toEqual(['a', 'b', 'c'])
  expect(drawn.edges.map(({ relation, isPath }) => [relation.from, relation.to, isPath])).toEqual([
    ['a', 'b', true],
    ['b', 'c', true],
  ])
  expect(drawn.nodes.map(({ column }) => column).sort()).toEqual([0, 1, 2])
  expect(drawn.hidden).toBe(0)
})

test('of more than are drawn the suspects come first, then whole ways to them; the rest is counted', () => {
  const parts = {
    entities: all,
    relations: [calls('d', 'e'), calls('e', 'f'), calls('a', 'f')],
    affected: ['d', 'b', 'c', 'a'],
    suspects: ['f'],
  }
  const { nodes, edges, hidden } = graph({ ...parts, most: 3 })
  expect(nodes.map(({ entity: { id } }) => id)).toEqual(['f', 'd', 'e'])
  expect(edges.map(({ isPath }) => isPath)).toEqual([true, true])
  expect(hidden).toBe(3)
  expect(graph({ ...parts, most: Number.POSITIVE_INFINITY })).toMatchObject({ nodes: { length: 6 }, hidden: 0 })
})

test('of who stands two steps from those that were asked, or further, not all is known', () => {
  const drawn = graph({
    entities: all,
    relations: [calls('a', 'b'), calls('b', 'c'), calls('d', 'e')],
    affected: ['a', 'b', 'c', 'd', 'e', 'f'],
    suspects: [],
    most: 40,
  })
  expect(outlying(drawn, ['a', 'f'])).toEqual(['c', 'd', 'e'])
  expect(outlying(drawn, ['b', 'd', 'f'])).toEqual([])
})

test('each has a place of its own, whatever depends on whom', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
  const relations = fc.array(
    fc.tuple(ids, ids).map(([from, to]) => calls(from, to)),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(relations, fc.uniqueArray(ids), fc.uniqueArray(ids), (given, affected, suspects) => {
      const { nodes, edges } = graph({ entities: all, relations: given, affected, suspects, most: 40 })
      expect(new Set(nodes.map(({ column, row }) => `${column} ${row}`)).size).toBe(nodes.length)
      const shown = new Set(nodes.map((node) => node.entity.id))
      expect([...affected, ...suspects].every((id) => shown.has(id))).toBe(true)
      expect(edges.every(({ relation: { from, to } }) => shown.has(from) && shown.has(to))).toBe(true)
    }),
  )
})
