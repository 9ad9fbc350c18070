import type { ReactNode } from 'react'
import { Failed, Waiting } from '../shell/States'
import { FacetGroup } from './FacetGroup'
import { type EventFilter, FACETS, type Facet, toggled } from './search'
import type { Counted } from './useEvents'

const NAMES: Readonly<Record<Facet, string>> = {
  type: 'Type',
  severity: 'Severity',
  kind: 'Kind',
  source: 'Source',
  service: 'Service',
  cluster: 'Cluster',
  namespace: 'Namespace',
  dialect: 'Dialect',
}

interface FacetsProps {
  filter: EventFilter
  counted: Counted
  onFilter: (change: EventFilter) => void
  onRetry: () => void
}

export function Facets({ filter, counted, onFilter, onRetry }: FacetsProps): ReactNode {
  if (counted.isPending) return <Waiting rows={12} />
  if (counted.error && counted.total === null) return <Failed error={counted.error} onRetry={onRetry} />
  return (
    <>
      {FACETS.map((facet) => (
        <FacetGroup
          key={facet}
          facet={facet}
          name={NAMES[facet]}
          values={counted.choices[facet]?.values ?? []}
          more={counted.choices[facet]?.more ?? 0}
          chosen={filter[facet] ?? []}
          onToggle={(value) => onFilter({ [facet]: toggled(filter[facet], value) })}
          onClear={() => onFilter({ [facet]: undefined })}
        />
      ))}
    </>
  )
}
