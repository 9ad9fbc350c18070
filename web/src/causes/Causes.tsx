import { Text } from '@mantine/core'
import { IconBox, IconRocket } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Causes as Answer } from '../api/nouns'
import { Panel } from '../shell/Page'
import { Failed, Waiting } from '../shell/States'
import { CauseList } from './CauseList'
import classes from './Causes.module.css'
import { type CausesAsked, type CausesOf, useCauses } from './useCauses'

interface CausesProps {
  asked: CausesAsked
  /** When the server last looked for them by itself: it found others since. */
  asOf?: string | null
  onOpen: (eventId: string) => void
}

const HEADS = {
  entities: { title: 'Where it began', icon: IconBox, none: 'Nothing is suspected.' },
  changes: {
    title: 'Which change began it',
    icon: IconRocket,
    none: 'No change was made before it that could be meant.',
  },
} as const

/** The two answers side by side: on what it began, and with which change. */
export function Causes({ asked, asOf, onOpen }: CausesProps): ReactNode {
  return (
    <div className={classes.pair}>
      <Ranking asked={asked} asOf={asOf} of="entities" onOpen={onOpen} />
      <Ranking asked={asked} asOf={asOf} of="changes" onOpen={onOpen} />
    </div>
  )
}

function Ranking({ asked, asOf, of, onOpen }: CausesProps & { of: CausesOf }): ReactNode {
  const causes = useCauses(asked, of, asOf)
  const { title, icon: Icon, none } = HEADS[of]
  return (
    <Panel
      title={
        <span className={classes.title}>
          <Icon size={16} /> {title}
        </span>
      }
    >
      <Body
        answer={causes.data}
        isPending={causes.isPending}
        error={causes.error}
        none={none}
        onOpen={onOpen}
        onRetry={() => causes.refetch()}
      />
    </Panel>
  )
}

function Body(props: {
  answer: Answer | undefined
  isPending: boolean
  error: Error | null
  none: string
  onOpen: (eventId: string) => void
  onRetry: () => void
}): ReactNode {
  if (props.isPending) return <Waiting rows={4} />
  if (!props.answer) return <Failed error={props.error} onRetry={props.onRetry} />
  if (props.answer.causes.length === 0) return <Text c="dimmed">{props.none}</Text>
  return <CauseList causes={props.answer.causes} likely={props.answer.likely} onOpen={props.onOpen} />
}
