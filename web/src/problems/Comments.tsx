import { Button, Text, Textarea, Tooltip } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Problem } from '../api/nouns'
import { useRefused } from '../session/useSession'
import { Failed } from '../shell/States'
import { Instant } from '../time/Instant'
import classes from './Problems.module.css'
import { useComment } from './useProblems'

export function Comments({ problem }: { problem: Problem }): ReactNode {
  const [said, setSaid] = useState('')
  const refused = useRefused('problems:write')
  const comment = useComment(problem)
  const comments = problem.comments ?? []
  return (
    <div className={classes.stack}>
      {comments.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody said anything yet. What you find out helps whoever comes next.
        </Text>
      )}
      {comments.map(({ id, author, time, text }) => (
        <article key={id} className={classes.comment}>
          <Text size="xs" c="dimmed">
            <b>{author}</b> · <Instant at={time} relative />
          </Text>
          <p className={classes.said}>{text}</p>
        </article>
      ))}
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
