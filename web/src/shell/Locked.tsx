import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Right } from '../api/nouns'
import { useRefused } from '../session/useSession'
import { Page } from './Page'
import { Empty } from './States'

/** In the place of a page that the token does not reach: nothing is asked for that would be refused. */
export function Locked({ right }: { right: Right }): ReactNode {
  const refused = useRefused(right)
  return (
    <Page title="Not for this token">
      <Empty icon={<IconLock />} title={refused ?? ''}>
        Sign in with a token that has it; whoever has the right <b>admin</b> makes one.
      </Empty>
    </Page>
  )
}
