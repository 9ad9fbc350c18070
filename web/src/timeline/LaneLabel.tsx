import { ActionIcon } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Brief } from '../api/nouns'
import { useMay } from '../session/useSession'
import classes from './LaneLabel.module.css'

interface LaneLabelProps {
  /** None: a lane that is no entity's. */
  entity: Brief | undefined
  name: string
  onRemove?: (() => void) | undefined
}

export function LaneLabel({ entity, name, onRemove }: LaneLabelProps): ReactNode {
  const mayRead = useMay('entities:read')
  if (!entity) return <span className={classes.all}>{name}</span>
  const place = [entity.type === 'SERVICE' ? '' : entity.type.toLowerCase(), entity.cluster].filter(Boolean).join(' · ')
  return (
    <span className={classes.label}>
      <span className={classes.words}>
        {mayRead ? (
          <Link className={classes.name} to="/services/$entity" params={{ entity: entity.id }} title={entity.tag}>
            {entity.name}
          </Link>
        ) : (
          <span className={classes.name} title={entity.tag}>
            {entity.name}
          </span>
        )}
        <span className={classes.place}>{place}</span>
      </span>
      {onRemove && (
        <ActionIcon
          size="xs"
          variant="subtle"
          color="gray"
          aria-label={`Remove the lane of ${entity.name}`}
          onClick={onRemove}
        >
          <IconX size={13} />
        </ActionIcon>
      )}
    </span>
  )
}
