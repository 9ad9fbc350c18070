import { Modal, type ModalProps } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'

/** A dialog that is there while it is open. Where the focus was before, it is again when the dialog is gone. */
export function Dialog(props: Omit<ModalProps, 'opened'>): ReactNode {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    },
    [before],
  )
  return <Modal opened closeButtonProps={{ 'aria-label': 'Cancel' }} {...props} />
}
