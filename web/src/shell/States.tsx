import { Alert, Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Refusal } from '../api/refusal'
import classes from './States.module.css'

export function Waiting({ rows = 6, height = 22 }: { rows?: number; height?: number }): ReactNode {
  return (
    <Stack gap={10} p="md" aria-busy="true" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key, row) => (
        <Skeleton key={key} height={height} width={`${100 - (row % 3) * 12}%`} />
      ))}
    </Stack>
  )
}

interface FailedProps {
  error: Error | null
  /** What is not known for it, beside what is. */
  lost?: string
  /** It is being asked again. */
  isAsked?: boolean
  onRetry?: () => void
}

export function Failed({ error, lost, isAsked = false, onRetry }: FailedProps): ReactNode {
  const said = error instanceof Refusal ? error : null
  const message = error?.message ?? 'It did not work'
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertCircle />}
      title={lost ? `${lost}: ${message}` : message}
      m={lost ? 0 : 'md'}
    >
      <Stack gap={8} align="flex-start">
        {said?.violations.map(({ path, message }) => (
          <Text size="sm" key={path + message}>
            {path}: {message}
          </Text>
        ))}
        {said?.requestId && (
          <Text size="xs">
            Request <Code>{said.requestId}</Code>
          </Text>
        )}
        {onRetry && !said?.isForGood && (
          <Group gap={10}>
            <Button size="xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
            {isAsked && <Text size="xs">It is being asked again …</Text>}
          </Group>
        )}
      </Stack>
    </Alert>
  )
}

interface EmptyProps {
  icon?: ReactNode
  title: string
  children?: ReactNode
}

export function Empty({ icon, title, children }: EmptyProps): ReactNode {
  return (
    <div className={classes.empty}>
      {icon && <div className={classes.icon}>{icon}</div>}
      <Text fw={600} size="lg">
        {title}
      </Text>
      {children && <div className={classes.hint}>{children}</div>}
    </div>
  )
}
