import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/client'
import { useKeptError } from '../api/useKeptError'
import { walk } from '../api/walk'
import { useMay } from '../session/useSession'

const PAGE = 1000
const MOST_PAGES = 10

interface OpenEvents {
  /** Their ids. */
  ids: ReadonlySet<string>
  /** More are open than were read. */
  isCut: boolean
}

/** The events that go on where an entity is, also those that name its place and not itself. */
export function useOpenEvents(entity: string) {
  const mayRead = useMay('events:read')
  const asked = useQuery({
    queryKey: ['events', 'open', entity],
    queryFn: ({ signal }) => openEvents(entity, signal),
    structuralSharing: false, // it cannot compare sets
    enabled: mayRead,
    refetchInterval: 30_000,
  })
  return { ...asked, error: useKeptError(asked) }
}

async function openEvents(entity: string, signal: AbortSignal): Promise<OpenEvents> {
  const query = { entity: [entity], status: ['open' as const], limit: PAGE }
  const { pages, isCut } = await walk(
    (cursor) => answer(api.GET('/v1/events', { params: { query: { ...query, cursor } }, signal })),
    MOST_PAGES,
  )
  return { ids: new Set(pages.flatMap(({ events }) => events.map(({ id }) => id))), isCut }
}
