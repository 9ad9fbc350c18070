"""The least that storing many events at once takes: COPY of rows that are made already."""

from collections.abc import Sequence
from time import perf_counter

from bench.world import now
from whence.domain.identity import new_id
from whence.store.pool import Connection
from whence.store.rows import EVENT_COLUMNS, LINK_COLUMNS

Record = tuple[object, ...]


async def stored_rows(db: Connection, most: int) -> tuple[list[Record], list[Record]]:
    """Rows and links as they are in the tables."""
    events = await db.fetch(
        f"select {', '.join(EVENT_COLUMNS)} from event order by occurred_at, event_id limit $1",  # noqa: S608  column names are constants
        most,
    )
    links = await db.fetch(
        f"select {', '.join(LINK_COLUMNS)} from event_link where event_id = any($1::uuid[])",  # noqa: S608  column names are constants
        [event["event_id"] for event in events],
    )
    return [tuple(event) for event in events], [tuple(link) for link in links]


def renewed(events: Sequence[Record], links: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """The same with new ids and the time of now: as if they had been sent again."""
    at = now()
    ids = {event[1]: new_id(at) for event in events}
    return (
        [(event[0], ids[event[1]], at, *event[3:]) for event in events],
        [(*link[:2], at, ids[link[3]], *link[4:]) for link in links],
    )


async def copied(db: Connection, events: Sequence[Record], links: Sequence[Record], *, together: int) -> float:
    """Events a second, by COPY and nothing else; a transaction for every so many."""
    links_by_event: dict[object, list[Record]] = {}
    for link in links:
        links_by_event.setdefault(link[3], []).append(link)
    batches = [
        (rows, [link for row in rows for link in links_by_event.get(row[1], ())])
        for rows in (events[first : first + together] for first in range(0, len(events), together))
    ]
    started = perf_counter()
    for rows, linked in batches:
        async with db.transaction():
            await db.copy_records_to_table("event", columns=EVENT_COLUMNS, records=rows)
            await db.copy_records_to_table("event_link", columns=LINK_COLUMNS, records=linked)
    return len(events) / (perf_counter() - started)
