"""Hourly counts of events, kept in the transactions that write the events, so that they are never wrong."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from whence.domain.alert import Alert
from whence.domain.event import Event, Kind, Report
from whence.domain.scope import Places
from whence.store.pool import Writer

# One statement for both tables: a round trip costs as much as a dozen rows.
_ADD: Final = """
    with cell as (
        insert into event_count as old (account_id, hour, kind, severity, type, source, dialect, slot, events)
        select $1, hour, kind, severity, type, source, dialect, $2, events
        from unnest($3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[])
            as new (hour, kind, severity, type, source, dialect, events)
        order by 2, 3, 4, 5, 6, 7
        on conflict (account_id, hour, kind, severity, type, source, dialect, slot)
        do update set events = old.events + excluded.events
    )
    insert into event_place_count as old (account_id, hour, dimension, value, slot, events)
    select $1, hour, dimension, value, $2, events
    from unnest($10::timestamptz[], $11::text[], $12::text[], $13::bigint[]) as new (hour, dimension, value, events)
    order by 2, 3, 4
    on conflict (account_id, hour, dimension, value, slot) do update set events = old.events + excluded.events
"""

Cell = tuple[datetime, str, str, str, str, str]


class Counts:
    """What a batch adds to (or takes from) the counts."""

    def __init__(self) -> None:
        self.cells: Counter[Cell] = Counter()
        self.places: Counter[tuple[datetime, str, str]] = Counter()

    def add(self, said: Report | Event, places: Places, times: int = 1) -> None:
        """Count the event `times` times, into the hour in which it began."""
        hour = said.span.start.replace(minute=0, second=0, microsecond=0)
        self.cells[hour, said.kind, said.severity, said.type, said.source, said.dialect] += times
        for dimension, value in named(places):
            self.places[hour, dimension, value] += times

    def regrade(self, was: Alert, now: Alert) -> None:
        """Count the event of an alert, whose severity changed, as what it is now."""
        hour = was.event_at.replace(minute=0, second=0, microsecond=0)
        for alert, times in ((was, -1), (now, 1)):
            self.cells[hour, Kind.PROBLEM, alert.severity, alert.type, alert.source, alert.dialect] += times

    def __bool__(self) -> bool:
        return bool(self.cells)

    def update(self, other: Self) -> None:
        """Count what the other counted as well."""
        self.cells.update(other.cells)
        self.places.update(other.places)


def named(places: Places) -> Iterable[tuple[str, str]]:
    """The (dimension, value) pairs of the places."""
    for value in places.clusters:
        yield "cluster", value
    for value in places.namespaces:
        yield "namespace", value
    for value in places.services:
        yield "service", value


async def add(db: Writer, account: UUID, counts: Counts, *, slot: int) -> None:
    """Add the counts to the rows of the writer's slot."""
    cells = list(zip(*counts.cells, strict=True)) or [()] * 6
    places = list(zip(*counts.places, strict=True)) or [()] * 3
    events, places_events = list(counts.cells.values()), list(counts.places.values())
    await db.execute(_ADD, account, slot, *cells, events, *places, places_events)
