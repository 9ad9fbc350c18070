import { ActionIcon, Button, Popover, Text, TextInput } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconBookmark, IconTrash } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { parseQuery, stringifyQuery } from '../address/query'
import classes from './SavedViews.module.css'
import { type EventSearch, readEventSearch } from './search'

interface View {
  name: string
  query: string
}

const GIVEN: readonly View[] = [
  { name: 'Changes only', query: '?kind=change' },
  { name: 'Errors and worse', query: '?severity=error&severity=critical' },
  { name: 'What is open', query: '?status=open&last=7d' },
]

/** Filters with a name, kept in this browser. */
export function SavedViews({ search }: { search: EventSearch }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const [views, setViews] = useLocalStorage<View[]>({
    key: 'whence.views',
    defaultValue: [],
    getInitialValueInEffect: false,
  })
  const [name, setName] = useState('')
  const isGiven = GIVEN.some((view) => view.name === name.trim())
  const save = () => {
    const query = stringifyQuery({ ...readEventSearch({ ...search }), event: undefined })
    setViews([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), query }])
    setName('')
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={280} shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          h={34}
          px={12}
          leftSection={<IconBookmark size={16} />}
          onClick={() => setOpen(!isOpen)}
        >
          Views
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={6} aria-label="Views">
        <ul className={classes.list}>
          {[...GIVEN, ...views].map((view, at) => (
            <li key={view.name} className={classes.view}>
              <Link
                className={classes.name}
                to="/events"
                search={readEventSearch(parseQuery(view.query))}
                onClick={() => setOpen(false)}
              >
                {view.name}
              </Link>
              {at >= GIVEN.length && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Forget ${view.name}`}
                  onClick={() => setViews(views.filter((one) => one.name !== view.name))}
                >
                  <IconTrash size={15} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
        <form
          className={classes.save}
          onSubmit={(submitted) => {
            submitted.preventDefault()
            if (name.trim() !== '' && !isGiven) save()
          }}
        >
          <TextInput
            size="xs"
            flex={1}
            placeholder="Name this view"
            aria-label="Name this view"
            value={name}
            error={isGiven && 'That one is given: choose another name'}
            onChange={(changed) => setName(changed.currentTarget.value)}
          />
          <Button size="xs" type="submit" disabled={name.trim() === '' || isGiven}>
            Save
          </Button>
        </form>
        <Text size="xs" c="dimmed" px={8} pb={4}>
          Kept in this browser.
        </Text>
      </Popover.Dropdown>
    </Popover>
  )
}
