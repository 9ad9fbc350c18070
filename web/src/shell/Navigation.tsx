import {
  IconActivityHeartbeat,
  IconBox,
  IconBuilding,
  IconFlame,
  IconHelp,
  IconHistory,
  IconKey,
  IconSitemap,
  IconTimelineEvent,
  IconTool,
  IconWebhook,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useOpenProblems } from '../problems/useProblems'
import { Me } from '../session/Me'
import { useSession } from '../session/useSession'
import { Logo } from './Logo'
import classes from './Navigation.module.css'
import { firstPage, lackedFor, type PageName } from './pages'

const LOOK = [
  { to: '/events', label: 'Events', icon: IconTimelineEvent },
  { to: '/problems', label: 'Problems', icon: IconFlame },
  { to: '/services', label: 'Services', icon: IconBox },
] as const

const MANAGE = [
  { to: '/catalogue', label: 'Catalogue', icon: IconSitemap },
  { to: '/maintenance', label: 'Maintenance', icon: IconTool },
  { to: '/webhooks', label: 'Webhooks', icon: IconWebhook },
  { to: '/tokens', label: 'Tokens', icon: IconKey },
  { to: '/accounts', label: 'Accounts', icon: IconBuilding },
  { to: '/audit', label: 'Audit', icon: IconHistory },
  { to: '/health', label: 'Health', icon: IconActivityHeartbeat },
] as const

export function Navigation({ onHelp }: { onHelp: () => void }): ReactNode {
  const session = useSession()
  const open = useOpenProblems()
  const reaches = ({ to }: { to: PageName }) =>
    lackedFor(session, to) === null && (to !== '/accounts' || session.token.bootstrap)
  return (
    <div className={classes.navigation}>
      <Link to={firstPage(session)} className={classes.brand}>
        <Logo size={26} />
        <span>Whence</span>
      </Link>
      {LOOK.filter(reaches).map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className={classes.link}
          activeProps={{ className: `${classes.link} ${classes.active}` }}
        >
          <Icon size={18} stroke={1.75} />
          {label}
          {to === '/problems' && <Open asked={open} />}
        </Link>
      ))}
      <div className={classes.heading}>Manage</div>
      {MANAGE.filter(reaches).map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className={classes.link}
          activeProps={{ className: `${classes.link} ${classes.active}` }}
        >
          <Icon size={18} stroke={1.75} />
          {label}
        </Link>
      ))}
      <div className={classes.foot}>
        <button type="button" className={classes.link} onClick={onHelp}>
          <IconHelp size={18} stroke={1.75} />
          Keys and help
          <kbd className={classes.key}>?</kbd>
        </button>
        <Me />
      </div>
    </div>
  )
}

/** How many problems are open; `?` when that is not known. */
function Open({ asked: { data, error } }: { asked: ReturnType<typeof useOpenProblems> }): ReactNode {
  const count = data?.problems.length ?? 0
  if (count > 0) {
    return (
      <span className={classes.count}>
        {data?.isCut ? `${count}+` : count}
        <span className="unseen"> open</span>
      </span>
    )
  }
  if (!error) return null
  return (
    <span className={classes.count} data-known="false">
      ?<span className="unseen"> not known how many are open</span>
    </span>
  )
}
