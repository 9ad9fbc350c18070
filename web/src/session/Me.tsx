import { Avatar, Button, Popover, SegmentedControl, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { IconLogout, IconSelector } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { forgetAnswers, SESSION_KEY } from '../api/questions'
import { useCall } from '../api/useCall'
import { sayRefused } from '../shell/notice'
import { ZonePicker } from '../time/ZonePicker'
import classes from './Me.module.css'
import { signOut } from './session'
import { tellTabs } from './tabs'
import { useSession } from './useSession'

/** Whose token it is, how the page looks, and the way out. */
export function Me(): ReactNode {
  const session = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Popover position="top-start" width={260} shadow="md" trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.me}>
          <Avatar size={28} radius="xl" color="indigo" variant="light" aria-hidden="true">
            {session.token.name.slice(0, 1).toUpperCase()}
          </Avatar>
          <span className={classes.names}>
            <span className={classes.name}>{session.token.name}</span>
            <span className={classes.account}>{session.token.account}</span>
            <span className="unseen">: session and appearance</span>
          </span>
          <IconSelector size={16} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label="Session and appearance">
        <div className={classes.parts}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Appearance"
            value={colorScheme}
            onChange={(chosen) => setColorScheme(chosen === 'dark' || chosen === 'light' ? chosen : 'auto')}
            data={[
              { value: 'auto', label: 'System' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
          <ZonePicker />
          <Text size="xs" c="dimmed">
            May: {session.token.rights.join(', ')}
          </Text>
          {session.csrf !== '' && <SignOut />}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

function SignOut(): ReactNode {
  const client = useQueryClient()
  const leaving = useCall({
    mutationFn: () => signOut(),
    onError: sayRefused,
    onSuccess: () => {
      client.setQueryData(SESSION_KEY, null)
      forgetAnswers(client)
      tellTabs()
    },
  })
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconLogout size={15} />}
      loading={leaving.isPending}
      onClick={() => leaving.mutate()}
    >
      Sign out
    </Button>
  )
}
