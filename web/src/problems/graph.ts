import type { Brief, Relation } from '../api/nouns'

/** An entity in the graph of a problem. Symptoms flow to the right: from what is called to who calls. */
export interface Node {
  entity: Brief
  column: number
  row: number
  isAffected: boolean
  /** Its rank among the causes; null: it is not suspected. */
  rank: number | null
}

export interface Edge {
  relation: Relation
  /** Whether the symptom takes this way from the first cause to something that is affected. */
  isPath: boolean
}

export interface Graph {
  nodes: Node[]
  edges: Edge[]
  columns: number
  rows: number
  /** How many more belong in it than are drawn. */
  hidden: number
}

interface Parts {
  entities: readonly Brief[]
  relations: readonly Relation[]
  affected: readonly string[]
  /** The suspected entities, best first. */
  suspects: readonly string[]
  /** How many are drawn at most. */
  most: number
}

/** What is affected, what is suspected, and what lies between; the rest of the surroundings is left out. */
export function graph({ entities, relations, affected, suspects, most }: Parts): Graph {
  const known = new Map(entities.map((entity) => [entity.id, entity]))
  const usable = unique(relations).filter(({ from, to }) => from !== to && known.has(from) && known.has(to))
  const [first] = suspects
  const ways = first === undefined ? new Map<string, string>() : waysFrom(first, usable)
  const path = new Set<string>()
  const kept = new Set(suspects.filter((id) => known.has(id)))
  const suffering = new Set(affected.filter((id) => known.has(id)))
  for (const symptom of suffering) {
    kept.add(symptom)
    for (let at = symptom, next = ways.get(at); next !== undefined; at = next, next = ways.get(at)) {
      path.add(`${at} ${next}`)
      kept.add(at).add(next)
    }
  }
  const shown = new Set([...kept].slice(0, most))
  const edges = usable
    .filter(({ from, to }) => shown.has(from) && shown.has(to))
    .map((relation) => ({ relation, isPath: path.has(`${relation.from} ${relation.to}`) }))
  const columns = columnsOf(shown, edges)
  const rows = rowsOf(columns, edges)
  const nodes = [...shown].flatMap((id) => {
    const entity = known.get(id)
    const rank = suspects.indexOf(id)
    if (!entity) return []
    return [
      {
        entity,
        column: columns.get(id) ?? 0,
        row: rows.get(id) ?? 0,
        isAffected: suffering.has(id),
        rank: rank < 0 ? null : rank + 1,
      },
    ]
  })
  return {
    nodes,
    edges,
    columns: Math.max(0, ...nodes.map(({ column }) => column)) + (nodes.length > 0 ? 1 : 0),
    rows: Math.max(0, ...nodes.map(({ row }) => row)) + (nodes.length > 0 ? 1 : 0),
    hidden: kept.size - shown.size,
  }
}

/** Those in a graph of which more relations to each other may stand than are in it, when these were asked two steps deep:
 *  not they themselves, and whom they stand to directly. */
export function outlying({ nodes, edges }: Graph, asked: readonly string[]): string[] {
  const inside = new Set(asked)
  const known = new Set(
    edges.flatMap(({ relation: { from, to } }) => (inside.has(from) || inside.has(to) ? [from, to] : [])),
  )
  return nodes.map(({ entity }) => entity.id).filter((id) => !inside.has(id) && !known.has(id))
}

/** For each that depends on `origin`, however indirectly, the next step on the shortest way there. */
function waysFrom(origin: string, relations: readonly Relation[]): Map<string, string> {
  const callers = new Map<string, string[]>()
  for (const { from, to } of relations) callers.set(to, [...(callers.get(to) ?? []), from])
  const next = new Map<string, string>()
  let edge = [origin]
  while (edge.length > 0) {
    const further: string[] = []
    for (const at of edge) {
      for (const caller of [...(callers.get(at) ?? [])].sort()) {
        if (caller === origin || next.has(caller)) continue
        next.set(caller, at)
        further.push(caller)
      }
    }
    edge = further
  }
  return next
}

/** Who depends on nobody is in column 0, everybody else right of all that they depend on; circles are cut. */
function columnsOf(ids: ReadonlySet<string>, edges: readonly Edge[]): Map<string, number> {
  const needs = new Map<string, string[]>()
  for (const { relation } of edges) needs.set(relation.from, [...(needs.get(relation.from) ?? []), relation.to])
  const columns = new Map<string, number>()
  const walked = new Set<string>()
  const columnOf = (id: string): number => {
    const found = columns.get(id)
    if (found !== undefined) return found
    if (walked.has(id)) return -1
    walked.add(id)
    const column = Math.max(-1, ...(needs.get(id) ?? []).map(columnOf)) + 1
    columns.set(id, column)
    return column
  }
  for (const id of [...ids].sort()) columnOf(id)
  return columns
}

/** In each column in the order of where their neighbours stand, so that few lines cross. */
function rowsOf(columns: ReadonlyMap<string, number>, edges: readonly Edge[]): Map<string, number> {
  const rows = new Map<string, number>()
  const byColumn = new Map<number, string[]>()
  for (const [id, column] of columns) byColumn.set(column, [...(byColumn.get(column) ?? []), id])
  for (const ids of byColumn.values()) for (const [at, id] of ids.sort().entries()) rows.set(id, at)
  const neighbours = new Map<string, string[]>()
  for (const { relation } of edges) {
    neighbours.set(relation.from, [...(neighbours.get(relation.from) ?? []), relation.to])
    neighbours.set(relation.to, [...(neighbours.get(relation.to) ?? []), relation.from])
  }
  for (let pass = 0; pass < 6; pass += 1) {
    const order = [...byColumn.keys()].sort((a, b) => (pass % 2 === 0 ? a - b : b - a))
    for (const column of order) {
      const ids = byColumn.get(column) ?? []
      const weight = (id: string) => {
        const places = (neighbours.get(id) ?? []).map((one) => rows.get(one) ?? 0)
        return places.length === 0 ? (rows.get(id) ?? 0) : places.reduce((sum, place) => sum + place, 0) / places.length
      }
      const weighed = ids
        .map((id) => ({ id, weight: weight(id) }))
        .sort((a, b) => a.weight - b.weight || a.id.localeCompare(b.id))
      for (const [at, { id }] of weighed.entries()) rows.set(id, at)
    }
  }
  return rows
}

function unique(relations: readonly Relation[]): Relation[] {
  return [...new Map(relations.map((one) => [`${one.from} ${one.to}`, one])).values()]
}
