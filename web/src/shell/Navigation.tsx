import {
  IconActivityHeartbeat,
  IconBox,
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
import type { Right } from '../api/nouns'
import { useOpenProblems } from '../problems/useProblems'
import { Me } from '../session/Me'
import { may } from '../session/session'
import { useSession } from '../session/useSession'
import { Logo } from './Logo'
import classes from './Navigation.module.css'

const LOOK = [
  { to: '/events', label: 'Events', icon: IconTimelineEvent, right: null },
  { to: '/problems', label: 'Problems', icon: IconFlame, right: null },
  { to: '/services', label: 'Services', icon: IconBox, right: 'entities:read' },
] as const

const MANAGE = [
  { to: '/catalogue', label: 'Catalogue', icon: IconSitemap, right: 'entities:read' },
  { to: '/maintenance', label: 'Maintenance', icon: IconTool, right: 'events:read' },
  { to: '/webhooks', label: 'Webhooks', icon: IconWebhook, right: 'admin' },
  { to: '/tokens', label: 'Tokens', icon: IconKey, right: 'admin' },
  { to: '/audit', label: 'Audit', icon: IconHistory, right: 'admin' },
  { to: '/health', label: 'Health', icon: IconActivityHeartbeat, right: null },
] as const

export function Navigation({ onHelp }: { onHelp: () => void }): ReactNode {
  const session = useSession()
  const open = useOpenProblems()
  const reaches = ({ right }: { right: Right | null }) => right === null || may(session, right)
  const count = open.data?.problems.length ?? 0
  return (
    <div className={classes.navigation}>
      <Link to="/events" className={classes.brand}>
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
          {to === '/problems' && count > 0 && (
            <span className={classes.count}>
              {open.data?.next ? `${count}+` : count}
              <span className="unseen"> open</span>
            </span>
          )}
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
