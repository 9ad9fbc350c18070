import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import type { Brief, Severity } from '../api/nouns'
import { SEVERITY_LOOKS } from '../events/looks'
import { useMay } from '../session/useSession'
import type { Edge, Graph, Node } from './graph'
import classes from './ProblemGraph.module.css'

const WIDTH = 156
const HEIGHT = 46
const ACROSS = 74
const DOWN = 18
const EDGE = 14

interface ProblemGraphProps {
  graph: Graph
  /** The worst that happened on each of the affected. */
  worst: ReadonlyMap<string, Severity>
}

/** The entities of a problem, with the way that its symptom took. */
export function ProblemGraph({ graph, worst }: ProblemGraphProps): ReactNode {
  const arrow = useId()
  const size = {
    width: graph.columns * (WIDTH + ACROSS) - ACROSS + 2 * EDGE,
    height: graph.rows * (HEIGHT + DOWN) - DOWN + 2 * EDGE + 8,
  }
  const heights = heightsOf(graph)
  const places = new Map(
    graph.nodes.map((node) => [node.entity.id, place(node, graph.rows - (heights[node.column] ?? 0))]),
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className={classes.frame} tabIndex={0} aria-label="Graph of the affected entities">
      <svg width={size.width} height={size.height} className={classes.graph}>
        <defs>
          {['plain', 'path'].map((kind) => (
            <marker
              key={kind}
              id={`${arrow}-${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0L8 4L0 8z" className={kind === 'path' ? classes.headPath : classes.head} />
            </marker>
          ))}
        </defs>
        {[...graph.edges]
          .sort((a, b) => Number(a.isPath) - Number(b.isPath))
          .map((edge) => (
            <Line key={`${edge.relation.from} ${edge.relation.to}`} edge={edge} places={places} arrow={arrow} />
          ))}
        {graph.nodes.map((node) => (
          <Box
            key={node.entity.id}
            node={node}
            at={places.get(node.entity.id) ?? { x: 0, y: 0 }}
            worst={worst.get(node.entity.id)}
          />
        ))}
      </svg>
    </section>
  )
}

interface Place {
  x: number
  y: number
}

/** How many stand in each column. */
function heightsOf({ nodes, columns }: Graph): number[] {
  const heights = Array.from({ length: columns }, () => 0)
  for (const { column } of nodes) heights[column] = (heights[column] ?? 0) + 1
  return heights
}

/** `free`: the rows that its column leaves empty. */
function place({ column, row }: Node, free: number): Place {
  const lift = (free * (HEIGHT + DOWN)) / 2 // columns are centred
  return { x: EDGE + column * (WIDTH + ACROSS), y: EDGE + 4 + lift + row * (HEIGHT + DOWN) }
}

/** From what is depended on to who depends on it: the way symptoms go. */
function Line({ edge, places, arrow }: { edge: Edge; places: ReadonlyMap<string, Place>; arrow: string }): ReactNode {
  const [start, end] = [places.get(edge.relation.to), places.get(edge.relation.from)]
  if (!start || !end) return null
  const isBack = end.x <= start.x
  const from = { x: start.x + (isBack ? WIDTH / 2 : WIDTH), y: start.y + (isBack ? HEIGHT : HEIGHT / 2) }
  const to = { x: end.x + (isBack ? WIDTH / 2 : 0), y: end.y + (isBack ? HEIGHT : HEIGHT / 2) }
  const bend = isBack ? 0 : (to.x - from.x) / 2
  const sink = isBack ? 40 : 0
  return (
    <path
      className={edge.isPath ? classes.path : classes.line}
      d={`M${from.x} ${from.y}C${from.x + bend} ${from.y + sink} ${to.x - bend} ${to.y + sink} ${to.x} ${to.y}`}
      markerEnd={`url(#${arrow}-${edge.isPath ? 'path' : 'plain'})`}
    >
      <title>{edge.relation.kind.replace('_', ' ')}</title>
    </path>
  )
}

function Box({ node, at, worst }: { node: Node; at: Place; worst: Severity | undefined }): ReactNode {
  const navigate = useNavigate()
  const mayRead = useMay('entities:read')
  const { entity, rank, isAffected } = node
  const look = worst ? SEVERITY_LOOKS[worst] : null
  const open = () => navigate({ to: '/services/$entity', params: { entity: entity.id } })
  const said = [isAffected ? `affected, ${worst ?? 'info'}` : 'not affected', rank === null ? '' : `suspect ${rank}`]
  return (
    <g
      className={classes.node}
      transform={`translate(${at.x} ${at.y})`}
      aria-description={said.filter(Boolean).join(', ')}
      {...(mayRead ? { ...LINK, onClick: open, onKeyDown: onEnter(open) } : { role: 'group' })}
    >
      <title>{[entity.name, placeOf(entity)].filter(Boolean).join(', ')}</title>
      <rect
        width={WIDTH}
        height={HEIGHT}
        rx={9}
        className={classes.box}
        style={look ? { stroke: `var(--${look.tone})`, fill: `var(--${look.tone}-wash)` } : undefined}
        data-affected={isAffected}
      />
      {look && <path d={look.path} transform={`translate(16 ${HEIGHT / 2}) scale(1.2)`} fill={`var(--${look.tone})`} />}
      <foreignObject x={look ? 30 : 14} y={5} width={WIDTH - (look ? 38 : 22)} height={HEIGHT - 8}>
        <div className={classes.name}>{entity.name}</div>
        <div className={classes.place}>{placeOf(entity)}</div>
      </foreignObject>
      {rank !== null && (
        <g transform={`translate(${WIDTH - 4} 4)`}>
          <circle r={10} className={classes.badge} data-first={rank === 1} />
          <text className={classes.rank} textAnchor="middle" y={4} data-first={rank === 1}>
            {rank}
          </text>
        </g>
      )}
    </g>
  )
}

const LINK = { role: 'link', tabIndex: 0 } as const

const onEnter = (act: () => void) => (pressed: KeyboardEvent) => {
  if (pressed.key === 'Enter') act()
}

function placeOf({ type, cluster }: Brief): string {
  return [type === 'SERVICE' ? '' : type.toLowerCase(), cluster].filter(Boolean).join(' · ')
}
