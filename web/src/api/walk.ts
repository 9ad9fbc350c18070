interface Page {
  next: string | null
}

/** What a list holds, page by page, to its end or to the last page that is asked for. */
export interface Walked<P extends Page> {
  pages: P[]
  /** There was more. */
  isCut: boolean
}

/** Walks a list of the API from its beginning, over at most so many pages. */
export async function walk<P extends Page>(
  ask: (cursor: string | undefined) => Promise<P>,
  most: number,
): Promise<Walked<P>> {
  const pages: P[] = []
  let cursor: string | undefined
  while (pages.length < most) {
    const page = await ask(cursor)
    pages.push(page)
    if (page.next === null) return { pages, isCut: false }
    cursor = page.next
  }
  return { pages, isCut: true }
}
