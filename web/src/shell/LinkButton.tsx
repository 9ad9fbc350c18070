import { ActionIcon, type ActionIconProps, Button, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'

type Anchor = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps | keyof ActionIconProps>

function ButtonAnchor({ ref, ...props }: Anchor & ButtonProps & { ref?: Ref<HTMLAnchorElement> }): ReactNode {
  return <Button component="a" ref={ref} {...props} />
}

function IconAnchor({ ref, ...props }: Anchor & ActionIconProps & { ref?: Ref<HTMLAnchorElement> }): ReactNode {
  return <ActionIcon component="a" ref={ref} {...props} />
}

/** A link to another page that looks like a button. */
export const LinkButton = createLink(ButtonAnchor)
export const LinkIcon = createLink(IconAnchor)
