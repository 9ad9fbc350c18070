import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { CodeBlock } from '../links/CodeBlock'
import { Failed, Waiting } from '../shell/States'
import { Section } from './Section'
import { useOriginal } from './useEvents'

/** The body as it was received; it is fetched when somebody asks. */
export function Original({ id }: { id: string }): ReactNode {
  const [openFor, setOpenFor] = useState<string | null>(null)
  const isOpen = openFor === id
  const original = useOriginal(id, isOpen)
  return (
    <Section title="Raw body">
      {!isOpen && (
        <Button size="xs" variant="default" w="fit-content" onClick={() => setOpenFor(id)}>
          Show what was received
        </Button>
      )}
      {isOpen && original.isPending && <Waiting rows={4} />}
      {isOpen && original.error && <Failed error={original.error} onRetry={() => original.refetch()} />}
      {isOpen && original.data && <CodeBlock label="raw body" text={written(original.data.original)} />}
    </Section>
  )
}

function written(original: unknown): string {
  if (original === undefined || original === null) return 'It was not kept'
  return typeof original === 'string' ? original : JSON.stringify(original, null, 2)
}
