import { Table } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Retention } from '../accounts/Retention'
import { answer, api } from '../api/client'
import { More } from '../shell/More'
import { Page, Panel } from '../shell/Page'
import { LongCell, Rows } from '../shell/Rows'
import { Empty, Failed, Waiting } from '../shell/States'
import { Instant } from '../time/Instant'

export function AuditPage(): ReactNode {
  const audit = useAudit()
  const lines = audit.data?.pages.flatMap((page) => page.entries) ?? []
  return (
    <Page title="Audit" lead="Who changed what, the latest first">
      <Retention />
      <Panel flush>
        {audit.isPending ? (
          <Waiting />
        ) : !audit.data ? (
          <Failed error={audit.error} onRetry={() => audit.refetch()} />
        ) : lines.length === 0 ? (
          <Empty icon={<IconHistory />} title="Nothing was changed yet">
            Changed and removed events, tokens, webhooks, maintenance and closed problems leave a line here.
          </Empty>
        ) : (
          <Rows label="Audit trail" heads={['Time', 'Token', 'Action', 'What', 'Id', 'Detail']}>
            {lines.map(({ id, time, token, action, noun, noun_id, detail }) => (
              <Table.Tr key={id}>
                <Table.Td style={{ whiteSpace: 'nowrap' }}>
                  <Instant at={time} />
                </Table.Td>
                <LongCell fw={600}>{token.name}</LongCell>
                <Table.Td>{action}</Table.Td>
                <Table.Td>{noun}</Table.Td>
                <Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>
                  {noun_id}
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{detail}</Table.Td>
              </Table.Tr>
            ))}
          </Rows>
        )}
        <More list={audit}>Earlier</More>
      </Panel>
    </Page>
  )
}

function useAudit() {
  return useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ signal, pageParam }) =>
      answer(api.GET('/v1/audit', { params: { query: { limit: 200, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
}
