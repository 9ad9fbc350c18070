import { Alert, Button, PasswordInput, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useCall } from '../api/useCall'
import { CodeBlock } from '../links/CodeBlock'
import { Logo } from '../shell/Logo'
import classes from './SignIn.module.css'
import { signIn } from './session'
import { tellTabs } from './tabs'

export function SignIn({ hasEnded = false }: { hasEnded?: boolean }): ReactNode {
  const client = useQueryClient()
  const [token, setToken] = useState('')
  const signing = useCall({
    mutationFn: signIn,
    onSuccess: () => {
      tellTabs()
      return client.resetQueries()
    },
  })
  return (
    <main className={classes.page}>
      <form
        className={classes.card}
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (token.trim() !== '') signing.mutate(token.trim())
        }}
      >
        <Logo size={40} />
        <div>
          <Title order={1} size="1.5rem">
            Sign in to Whence
          </Title>
          <Text c="dimmed" mt={4}>
            What changed, and what did it break?
          </Text>
        </div>
        {hasEnded && (
          <Alert color="yellow" variant="light" role="status">
            Your session ended.
          </Alert>
        )}
        <PasswordInput
          label="Token"
          description="What it may do decides what you see"
          placeholder="wh_…"
          autoFocus
          autoComplete="current-password"
          value={token}
          error={signing.error?.message}
          onChange={(changed) => setToken(changed.currentTarget.value)}
          size="md"
        />
        <Button type="submit" size="md" fullWidth loading={signing.isPending} disabled={token.trim() === ''}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          No token? The first start of a server prints one. Later, where it runs:
        </Text>
        <CodeBlock label="command" text="whence token create --name me --rights admin" wrap />
      </form>
    </main>
  )
}
