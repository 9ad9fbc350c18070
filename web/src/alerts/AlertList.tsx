import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Alert } from '../api/nouns'
import { AlertCard } from './AlertCard'
import classes from './AlertCard.module.css'

interface AlertListProps {
  alerts: readonly Alert[]
  onOpen: (eventId: string) => void
  hideProblem?: boolean
}

const FEW = 20

/** A card of each; of many, the first, until its reader wants all. */
export function AlertList({ alerts, onOpen, hideProblem = false }: AlertListProps): ReactNode {
  const [areAll, setAll] = useState(false)
  return (
    <div className={classes.stack}>
      {(areAll ? alerts : alerts.slice(0, FEW)).map((alert) => (
        <AlertCard key={alert.id} alert={alert} onOpen={onOpen} hideProblem={hideProblem} />
      ))}
      {!areAll && alerts.length > FEW && (
        <Button variant="default" size="xs" onClick={() => setAll(true)}>
          Show all {alerts.length.toLocaleString('en')}
        </Button>
      )}
    </div>
  )
}
