import { ActionIcon, Burger, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconHelp } from '@tabler/icons-react'
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { Help } from './Help'
import { Logo } from './Logo'
import { Navigation } from './Navigation'
import classes from './Shell.module.css'
import { useKeys } from './useKeys'

export function Shell(): ReactNode {
  const [isMenuOpen, menu] = useDisclosure(false)
  const [isHelpOpen, help] = useDisclosure(false)
  const navigate = useNavigate()
  const path = useRouterState({ select: (state) => state.location.pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu that led to it
  useEffect(() => {
    menu.close()
  }, [path])
  useKeys({
    '?': help.open,
    '1': () => navigate({ to: '/events' }),
    '2': () => navigate({ to: '/problems' }),
    '3': () => navigate({ to: '/services' }),
  })
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <section className={classes.bar} aria-label="Whence">
        <Burger size="sm" opened={isMenuOpen} onClick={menu.toggle} aria-label="Menu" />
        <Logo />
        <strong>Whence</strong>
        <ActionIcon ml="auto" variant="subtle" color="gray" aria-label="Help" onClick={help.open}>
          <IconHelp size={20} />
        </ActionIcon>
      </section>
      <nav className={classes.side} aria-label="Pages">
        <Navigation onHelp={help.open} />
      </nav>
      <Drawer opened={isMenuOpen} onClose={menu.close} size={260} title="Whence" padding="sm">
        <nav aria-label="Pages">
          <Navigation onHelp={help.open} />
        </nav>
      </Drawer>
      <main id="content" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      <Help opened={isHelpOpen} onClose={help.close} />
    </div>
  )
}
