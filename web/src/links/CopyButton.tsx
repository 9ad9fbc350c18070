import { ActionIcon, Popover, Text, Textarea, Tooltip } from '@mantine/core'
import { useTimeout } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import { onClipboard } from './clipboard'

const SAID_MS = 2_000

interface CopyButtonProps {
  /** What the button does, in words. */
  label: string
  icon: ReactNode
  done: ReactNode
  size?: 'sm' | 'md'
  /** Made when it is asked for. */
  text: () => string
}

/** Copies a text; where the browser does not let it, the text is shown and selected, to be copied by hand. */
export function CopyButton({ label, icon, done, size, text }: CopyButtonProps): ReactNode {
  const [isCopied, setCopied] = useState(false)
  const [byHand, setByHand] = useState<string | null>(null)
  const { start } = useTimeout(() => setCopied(false), SAID_MS)
  const copy = async () => {
    const copied = text()
    const isDone = await onClipboard(copied)
    setCopied(isDone)
    setByHand(isDone ? null : copied)
    start()
  }
  return (
    <Popover
      opened={byHand !== null}
      onDismiss={() => setByHand(null)}
      position="bottom-end"
      width={320}
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <Tooltip label={isCopied ? 'Copied' : label}>
          <ActionIcon variant="subtle" color={isCopied ? 'teal' : 'gray'} size={size} aria-label={label} onClick={copy}>
            {isCopied ? done : icon}
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Copy it by hand">
        <Text size="sm" mb={6}>
          This browser does not let the page copy: copy it by hand.
        </Text>
        <Textarea
          readOnly
          autosize
          maxRows={8}
          data-autofocus
          aria-label="To be copied"
          value={byHand ?? ''}
          onFocus={(focused) => focused.currentTarget.select()}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
