import { Table, type TableTdProps } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './Rows.module.css'

interface RowsProps {
  label: string
  heads: readonly string[]
  children: ReactNode
}

/** A plain table; on a narrow screen it scrolls. */
export function Rows({ label, heads, children }: RowsProps): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className={classes.scroller} tabIndex={0} aria-label={label}>
      <Table verticalSpacing={9} horizontalSpacing="md" highlightOnHover className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head}>{head === '' ? <span className="unseen">Actions</span> : head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  )
}

/** A cell of names or other text without an end to its length. */
export function LongCell(props: TableTdProps): ReactNode {
  return <Table.Td className={classes.long} {...props} />
}
