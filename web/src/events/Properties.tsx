import { Tooltip } from '@mantine/core'
import { IconFilterPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Event } from '../api/nouns'
import { safeAddress } from '../links/address'
import { Copy } from '../links/Copy'
import { Outward } from '../links/Outward'
import { LinkIcon } from '../shell/LinkButton'
import { flatten } from './flatten'
import classes from './Properties.module.css'
import { Section } from './Section'

/** The properties as keys and values, nested ones by their path. */
export function Properties({ event }: { event: Event }): ReactNode {
  const leaves = flatten(event.properties)
  if (leaves.length === 0) return null
  return (
    <Section title="Details">
      <div className={classes.table}>
        {leaves.map(({ path, text, filter }) => (
          <div key={path} className={classes.row}>
            <span className={classes.path}>{path}</span>
            <span className={classes.text}>{safeAddress(text) ? <Outward url={text} /> : text}</span>
            <span className={classes.actions}>
              {filter && (
                <Tooltip label="Events with this value">
                  <LinkIcon
                    to="/events"
                    search={{ [filter]: [text] }}
                    variant="subtle"
                    color="gray"
                    size="sm"
                    aria-label={`Events with ${path} = ${text}`}
                  >
                    <IconFilterPlus size={14} />
                  </LinkIcon>
                </Tooltip>
              )}
              <Copy text={text} what={path} />
            </span>
          </div>
        ))}
      </div>
    </Section>
  )
}
