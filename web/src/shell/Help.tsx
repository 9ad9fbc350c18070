import { Kbd, Modal, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'

const KEYS = [
  [['/'], 'Search'],
  [['j', 'k'], 'Next and previous row'],
  [['Enter'], 'Open what is chosen'],
  [['Esc'], 'Close'],
  [['w'], 'Why? The likely causes of the open event'],
  [['r'], 'Look again, up to now'],
  [['l'], 'Live on or off'],
  [['1', '2', '3'], 'Events, problems, services'],
  [['+', '−'], 'Zoom a timeline, when it has the focus'],
  [['←', '→'], 'From mark to mark on a timeline'],
  [['?'], 'This help'],
] as const

const SIGNS = [
  ['●', 'var(--info)', 'info'],
  ['▲', 'var(--warning)', 'warning'],
  ['◆', 'var(--error)', 'error'],
  ['■', 'var(--critical)', 'critical'],
] as const

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }): ReactNode {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      closeOnClickOutside
      title="Keys and signs"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Table verticalSpacing={6} withRowBorders={false}>
        <Table.Tbody>
          {KEYS.map(([keys, meaning]) => (
            <Table.Tr key={meaning}>
              <Table.Td w={130}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
          {SIGNS.map(([sign, colour, name]) => (
            <Table.Tr key={name}>
              <Table.Td style={{ color: colour, fontSize: 16 }} aria-hidden="true">
                {sign}
              </Table.Td>
              <Table.Td>Severity {name}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="md">
        Changes stand above what broke, so that cause and effect can be seen. The API behind every page is described at{' '}
        <a href="/v1/docs">/v1/docs</a>.
      </Text>
    </Modal>
  )
}
