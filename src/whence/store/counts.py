"""Counts of events by the hour, a row for each day, kept in the transactions that write the events: never wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, LiteralString, cast
from uuid import UUID

from whence.domain.alert import Alert
from whence.domain.event import Event, Kind, Report
from whence.domain.scope import Places
from whence.store.pool import Writer

HOUR: Final = timedelta(hours=1)
# Columns of the counts, by the hour of the day (UTC) that they count.
HOURS: Final[tuple[LiteralString, ...]] = (
    "h00", "h01", "h02", "h03", "h04", "h05", "h06", "h07", "h08", "h09", "h10", "h11",
    "h12", "h13", "h14", "h15", "h16", "h17", "h18", "h19", "h20", "h21", "h22", "h23",
)  # fmt: skip

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Cell = tuple[date, int, str, str, str, str, str]
Place = tuple[date, int, str, str]


class Counts:
    """What a batch adds to (or takes from) the counts: how many events by day, hour and what they have in common."""

    def __init__(self) -> None:
        self.cells: Counter[Cell] = Counter()
        self.places: Counter[Place] = Counter()

    def add(self, said: Report | Event, places: Places, times: int = 1) -> None:
        """Count the event `times` times, into the hour in which it began."""
        day, hour = said.span.start.date(), said.span.start.hour
        self.cells[day, hour, said.kind, said.severity, said.type, said.source, said.dialect] += times
        for dimension, value in named(places):
            self.places[day, hour, dimension, value] += times

    def regrade(self, was: Alert, now: Alert) -> None:
        """Count the event of an alert, whose severity changed, as what it is now."""
        day, hour = was.event_at.date(), was.event_at.hour
        for alert, times in ((was, -1), (now, 1)):
            cell = day, hour, Kind.PROBLEM, alert.severity, alert.type, alert.source, alert.dialect
            self.cells[cell] += times

    def __bool__(self) -> bool:
        return bool(self.cells)


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour, in UTC as the instant is, in which it is counted."""
    return at.replace(minute=0, second=0, microsecond=0)


def number(at: datetime) -> int:
    """The number of the hour: how many began since 1970 in UTC."""
    return (at - _EPOCH) // HOUR


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
    cells = [(*cell, times) for cell, times in counts.cells.items() if times]
    places = [(*place, times) for place, times in counts.places.items() if times]
    if hours := sorted({hour for _, hour, *_ in (*cells, *places)}):
        columns = *_columns(cells, 8), *_columns(places, 5)
        await db.add(_add(hours), account, slot, *columns)


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> Sequence[tuple[object, ...]]:
    return list(zip(*rows, strict=True)) or [()] * width


def _add(hours: Sequence[int]) -> LiteralString:
    """The statement that adds to these hours of any days.

    One for both tables: a round trip costs as much as a dozen rows. It names only the hours that change, mostly one:
    with all of them, planning it took as long as adding to a hundred rows. Each writer goes through the rows in one
    order, so that two who count into one slot do not wait in a circle.
    """
    columns: LiteralString = ", ".join(HOURS[hour] for hour in hours)
    moved: LiteralString = ", ".join(f"{HOURS[hour]} = old.{HOURS[hour]} + excluded.{HOURS[hour]}" for hour in hours)
    sums: LiteralString = "events, events"
    by_cell: LiteralString = ""
    by_place: LiteralString = ""
    if len(hours) > 1:  # of one hour a day has a row already: to group costs a small commit a fifth more
        sums, by_cell, by_place = _sums(hours), "group by 3, 4, 5, 6, 7, 8", "group by 3, 4, 5"
    return f"""
        with cell as (
            insert into event_day_count as old (account_id, slot, day, kind, severity, type, source, dialect, events,
                {columns})
            select $1, $2, day, kind, severity, type, source, dialect, {sums}
            from unnest($3::date[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::integer[]) as new (day, hour, kind, severity, type, source, dialect, events)
            {by_cell} order by 3, 4, 5, 6, 7, 8
            on conflict (account_id, day, kind, severity, type, source, dialect, slot)
            do update set events = old.events + excluded.events, {moved}
        )
        insert into event_place_day_count as old (account_id, slot, day, dimension, value, events, {columns})
        select $1, $2, day, dimension, value, {sums}
        from unnest($11::date[], $12::integer[], $13::text[], $14::text[], $15::integer[])
            as new (day, hour, dimension, value, events)
        {by_place} order by 3, 4, 5
        on conflict (account_id, day, dimension, value, slot)
        do update set events = old.events + excluded.events, {moved}
    """


def _sums(hours: Sequence[int]) -> LiteralString:
    """The sum of the rows of a day, and that of each of the hours."""
    numbers: list[LiteralString] = [cast("LiteralString", str(hour)) for hour in hours]  # from 0 to 23, never data
    by_hour: LiteralString = ", ".join(f"coalesce(sum(events) filter (where hour = {hour}), 0)" for hour in numbers)
    return f"sum(events), {by_hour}"
