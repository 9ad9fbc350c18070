import { Button } from '@mantine/core'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failed } from './States'

interface MoreProps {
  list: Pick<
    UseInfiniteQueryResult,
    'hasNextPage' | 'isFetchingNextPage' | 'isFetchNextPageError' | 'error' | 'fetchNextPage'
  >
  children?: ReactNode
}

/** Asks for the next page of a list, while there is one; says why it did not come. */
export function More({ list, children = 'More' }: MoreProps): ReactNode {
  if (!list.hasNextPage) return null
  return (
    <>
      {list.isFetchNextPageError && <Failed error={list.error} />}
      <Button m="md" variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
        {children}
      </Button>
    </>
  )
}
