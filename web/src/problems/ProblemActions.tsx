import { Button, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCheck, IconEye } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Problem } from '../api/nouns'
import { useRefused } from '../session/useSession'
import { Dialog } from '../shell/Dialog'
import { RefusedButton } from '../shell/RefusedButton'
import { Failed } from '../shell/States'
import { useAcknowledge, useClose } from './useProblems'

/** Acknowledges the alerts of a problem, or closes it, with a word about it. */
export function ProblemActions({ problem }: { problem: Problem }): ReactNode {
  const refused = useRefused('problems:write')
  const acknowledging = useAcknowledge(problem)
  const unattended = problem.unattended_count
  const [isClosing, closing] = useDisclosure(false)
  return (
    <>
      {problem.state === 'open' && (
        <>
          <RefusedButton
            refused={refused ?? (unattended > 0 ? null : 'Somebody looks after all its alerts')}
            hint="Say that you look after its alerts"
            variant="default"
            leftSection={<IconEye size={16} />}
            loading={acknowledging.isPending}
            onClick={() => acknowledging.mutate('')}
          >
            {unattended > 0
              ? `Acknowledge${unattended > 1 ? ` ${unattended.toLocaleString('en')} alerts` : ''}`
              : 'Acknowledged'}
          </RefusedButton>
          <RefusedButton
            refused={refused}
            hint="End the problem and its alerts"
            leftSection={<IconCheck size={16} />}
            onClick={closing.open}
          >
            Close
          </RefusedButton>
        </>
      )}
      {isClosing && <Closing problem={problem} onClose={closing.close} />}
    </>
  )
}

/** Stays while somebody writes in it, also when the problem ends by itself: what was said of it is kept all the same. */
function Closing({ problem, onClose }: { problem: Problem; onClose: () => void }): ReactNode {
  const [said, setSaid] = useState('')
  const close = useClose(problem)
  const hasEnded = problem.state === 'closed'
  return (
    <Dialog onClose={onClose} title={`Close ${problem.name}`}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          close.mutate(said.trim(), { onSuccess: onClose })
        }}
      >
        <Textarea
          data-autofocus
          autosize
          minRows={3}
          label="What was it?"
          description={
            hasEnded
              ? 'It has ended meanwhile; what you write is kept as a comment'
              : 'Kept as a comment; may be left empty. Its alerts end, too'
          }
          value={said}
          onChange={(changed) => setSaid(changed.currentTarget.value)}
        />
        {close.error && <Failed error={close.error} />}
        <Button
          type="submit"
          mt="md"
          fullWidth
          loading={close.isPending}
          disabled={hasEnded && !close.isPending && said.trim() === ''}
        >
          {hasEnded && !close.isPending ? 'Keep the comment' : 'Close the problem'}
        </Button>
      </form>
    </Dialog>
  )
}
