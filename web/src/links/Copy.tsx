import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { CopyButton } from './CopyButton'

export function Copy({ text, what }: { text: string; what: string }): ReactNode {
  return (
    <CopyButton
      label={`Copy ${what}`}
      icon={<IconCopy size={14} />}
      done={<IconCheck size={14} />}
      size="sm"
      text={() => text}
    />
  )
}
