import { ActionIcon, Button, Text, Textarea, Tooltip } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Problem, ProblemComment } from '../api/nouns'
import { useMay, useRefused, useSession } from '../session/useSession'
import { Confirm } from '../shell/Confirm'
import { Failed } from '../shell/States'
import { Instant } from '../time/Instant'
import classes from './Problems.module.css'
import { useComment, useRemoveComment } from './useProblems'

export function Comments({ problem }: { problem: Problem }): ReactNode {
  const [said, setSaid] = useState('')
  const refused = useRefused('problems:write')
  const comment = useComment(problem)
  const remove = useRemoveComment(problem)
  const [leaving, setLeaving] = useState<ProblemComment | null>(null)
  const mayRemove = useMayRemove()
  const comments = problem.comments ?? []
  return (
    <div className={classes.stack}>
      {comments.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody said anything yet. What you find out helps whoever comes next.
        </Text>
      )}
      {comments.map((one) => (
        <article key={one.id} className={classes.comment}>
          <div className={classes.commentHead}>
            <Text size="xs" c="dimmed">
              <b>{one.author}</b> · <Instant at={one.time} relative />
            </Text>
            {mayRemove(one) && (
              <Tooltip label="Remove the comment">
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove the comment of ${one.author}`}
                  onClick={() => setLeaving(one)}
                >
                  <IconTrash size={14} />
                </ActionIcon>
              </Tooltip>
            )}
          </div>
          <p className={classes.said}>{one.text}</p>
        </article>
      ))}
      {leaving && (
        <Confirm
          title="Remove the comment?"
          verb="Remove"
          isPending={remove.isPending}
          error={remove.error}
          onClose={() => setLeaving(null)}
          onConfirm={() => remove.mutate(leaving, { onSuccess: () => setLeaving(null) })}
        >
          It is gone for everybody; the audit trail says who removed it.
        </Confirm>
      )}
      <form
        className={classes.stack}
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (said.trim() !== '') comment.mutate(said.trim(), { onSuccess: () => setSaid('') })
        }}
      >
        <Tooltip label={refused} disabled={refused === null}>
          <Textarea
            autosize
            minRows={2}
            aria-label="Your comment"
            placeholder="What have you seen, or done?"
            disabled={refused !== null}
            value={said}
            onChange={(changed) => setSaid(changed.currentTarget.value)}
          />
        </Tooltip>
        {comment.error && <Failed error={comment.error} />}
        <Button type="submit" size="xs" w="fit-content" disabled={said.trim() === ''} loading={comment.isPending}>
          Comment
        </Button>
      </form>
    </div>
  )
}

/** One's own, and whoever is admin everybody's. */
function useMayRemove(): (comment: ProblemComment) => boolean {
  const { token } = useSession()
  const [mayWrite, isAdmin] = [useMay('problems:write'), useMay('admin')]
  return ({ author }) => mayWrite && (isAdmin || author === token.name)
}
