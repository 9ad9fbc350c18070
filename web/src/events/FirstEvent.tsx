import { Text } from '@mantine/core'
import { IconRocket } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useEffectEvent } from 'react'
import { CodeBlock } from '../links/CodeBlock'
import { useMay } from '../session/useSession'
import { Empty } from '../shell/States'
import { firstEvent } from './first'
import { useLive } from './useLive'

const NO_FILTER = {}

interface FirstEventProps {
  /** Up to when it is known that there is none: what came later is waited for, also while that was being asked. */
  since: number
  onArrived: () => void
}

/** What a fresh install shows: how the first event is sent. It waits for it. */
export function FirstEvent({ since, onArrived }: FirstEventProps): ReactNode {
  const { fresh } = useLive(NO_FILTER, since, true)
  const isAdmin = useMay('admin')
  const arrived = useEffectEvent(onArrived)
  useEffect(() => {
    if (fresh > 0) arrived()
  }, [fresh])
  return (
    <Empty icon={<IconRocket />} title="No events yet. Send the first one">
      <CodeBlock label="command" text={firstEvent(location.origin, 'YOUR_TOKEN')} wrap />
      <Text size="sm" mt="sm">
        Put a token with the right <b>events:write</b> in its place
        {isAdmin ? (
          <>
            : <Link to="/tokens">make one</Link>. Monitors that cannot send a token post to a{' '}
            <Link to="/webhooks">webhook</Link>
          </>
        ) : (
          ', which somebody with the right admin makes'
        )}
        . The event is here as soon as it is answered.
      </Text>
    </Empty>
  )
}
