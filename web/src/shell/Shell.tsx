import { ActionIcon, Burger, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconHelp } from '@tabler/icons-react'
import { Outlet, useMatches, useNavigate, useRouterState } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { OpenCount } from '../problems/OpenCount'
import { useSession } from '../session/useSession'
import { Help } from './Help'
import { Locked } from './Locked'
import { Logo } from './Logo'
import { Navigation } from './Navigation'
import { lackedFor, type PageName } from './pages'
import classes from './Shell.module.css'
import { Unreached } from './Unreached'
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
  const session = useSession()
  const page = useMatches({ select: (matches) => matches.at(-1)?.routeId ?? '' })
  const lacked = lackedFor(session, page)
  const go = (to: Extract<PageName, '/events' | '/problems' | '/services'>) => {
    if (lackedFor(session, to) === null) navigate({ to })
  }
  useKeys({
    '?': help.open,
    '1': () => go('/events'),
    '2': () => go('/problems'),
    '3': () => go('/services'),
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
      <div className={classes.column}>
        <OpenCount />
        <main id="content" className={classes.main} tabIndex={-1}>
          {lacked ? <Locked right={lacked} /> : <Outlet />}
        </main>
        <Unreached />
      </div>
      <Help opened={isHelpOpen} onClose={help.close} />
    </div>
  )
}
