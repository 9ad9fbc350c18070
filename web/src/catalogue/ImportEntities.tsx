import { Button, FileButton, Group, Stack, Text, Textarea } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { CodeBlock } from '../links/CodeBlock'
import { Panel } from '../shell/Page'
import { RefusedButton } from '../shell/RefusedButton'
import { Failed } from '../shell/States'
import classes from './Catalogue.module.css'
import { readEntities } from './descriptors'
import { useRegister } from './useRegister'

const EXAMPLE = JSON.stringify(
  {
    entities: [
      {
        type: 'SERVICE',
        name: 'checkout',
        cluster: 'prod-eu',
        namespace: 'shop',
        tags: [{ key: 'team', value: 'shop' }],
        links: [{ title: 'Runbook', url: 'https://wiki.example.com/checkout' }],
      },
    ],
  },
  null,
  2,
)

/** Registers entities from JSON, typed, pasted or of a file. */
export function ImportEntities({ refused }: { refused: string | null }): ReactNode {
  const [text, setText] = useState('')
  const register = useRegister()
  const read = text.trim() === '' ? null : readEntities(text)
  const entities = read && 'entities' in read ? read.entities : []
  const fault = read && 'fault' in read ? read.fault : null
  return (
    <div className={classes.pair}>
      <Panel title="Import entities">
        <Stack>
          <Textarea
            className={classes.json ?? ''}
            label="JSON, as PUT /v1/entities takes it"
            placeholder={'{"entities": [{"name": "checkout"}]}'}
            autosize
            minRows={12}
            maxRows={24}
            spellCheck={false}
            value={text}
            error={fault}
            onChange={(changed) => {
              register.reset()
              setText(changed.currentTarget.value)
            }}
          />
          {register.error && <Failed error={register.error} />}
          <Group>
            <RefusedButton
              refused={refused ?? (entities.length === 0 ? 'Nothing to import yet' : null)}
              loading={register.isPending}
              onClick={() => register.mutate(entities)}
            >
              {entities.length > 0 ? `Import ${entities.length.toLocaleString('en')}` : 'Import'}
            </RefusedButton>
            <FileButton accept="application/json,.json" onChange={(file) => file?.text().then(setText)}>
              {(props) => (
                <Button {...props} variant="default" leftSection={<IconUpload size={16} />}>
                  From a file
                </Button>
              )}
            </FileButton>
            {register.data && (
              <Text size="sm" role="status">
                {register.data.entities.length.toLocaleString('en')} registered.
              </Text>
            )}
          </Group>
        </Stack>
      </Panel>
      <Panel title="What it takes">
        <Stack>
          <Text size="sm">
            Each is the one with its <code>id</code>, else its <code>tag</code>, else its type, cluster, namespace and
            name, else a new one. All or none are taken; what is absent is emptied. YAML of Backstage and Cortex: on the
            command line.
          </Text>
          <CodeBlock label="example" text={EXAMPLE} />
          <CodeBlock label="command" text="whence entity import catalog-info.yaml" />
        </Stack>
      </Panel>
    </div>
  )
}
