import { Button } from '@mantine/core'
import { IconFilterOff, IconMoodSmile } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Empty } from '../shell/States'

interface NoProblemsProps {
  /** Those that are open were asked for. */
  isOpen: boolean
  isNarrowed: boolean
  onClear: () => void
}

/** A list without problems: good news only where no filter hides them. */
export function NoProblems({ isOpen, isNarrowed, onClear }: NoProblemsProps): ReactNode {
  if (isNarrowed) {
    return (
      <Empty icon={<IconFilterOff />} title="Nothing matches">
        <Button variant="default" mt={10} onClick={onClear}>
          Clear the filters
        </Button>
      </Empty>
    )
  }
  return (
    <Empty icon={<IconMoodSmile />} title={isOpen ? 'No problem is open' : 'No such problem'}>
      {isOpen && 'A monitor opens one by sending an event of the kind problem; alerts that belong together are one.'}
    </Empty>
  )
}
