"""What the counts say of whole hours, and the rows that make it the answer for a window: pieces of SQL."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, LiteralString

from whence.domain.event import Span
from whence.store.counts import HOUR, HOURS, hour_of, number
from whence.store.matching import Matching

_LAST: Final = datetime(9999, 12, 31, 23, tzinfo=UTC)  # behind this hour there is none
_CELL: Final[LiteralString] = "e.type, e.severity, e.kind, e.source, e.dialect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours from `first` on and before `last`, which are whole and in UTC; at least one."""

    first: datetime
    last: datetime

    @property
    def days(self) -> tuple[date, date]:
        """The days of the first and of the last hour."""
        return self.first.date(), (self.last - HOUR).date()


def nearest(window: Span) -> Hours | None:
    """The hours that end nearest to the ends of the window; None when none lies in it from end to end.

    So at each end at most half an hour is left to rows: to be added, or to be taken off.
    """
    first, last = hour_of(window.start), hour_of(window.end)
    if first >= last or (first < window.start and first + HOUR == last):
        return None
    return Hours(
        first=first if window.start - first <= HOUR / 2 else first + HOUR,
        last=last if window.end - last <= HOUR / 2 or last == _LAST else last + HOUR,
    )


def cells(matching: Matching, hours: Hours) -> LiteralString:
    """Rows of (type, severity, kind, source, dialect, events) of the hours, as many as there are counts."""
    by_day: list[LiteralString] = [
        f"select {_CELL}, {events} as events from event_day_count e"
        f" where e.account_id = $1 and {days} and {matching.attributes}"
        for days, events in _by_day(matching, hours)
    ]
    by_hour: LiteralString = (
        f"select {_CELL}, e.events from event_count e"
        f" where e.account_id = $1 and {_by_hour(matching, hours)} and {matching.attributes}"
    )
    return " union all ".join([*by_day, by_hour])


def places(matching: Matching, hours: Hours) -> LiteralString:
    """Rows of (dimension, value, events) of the hours, as many as there are counts; whatever the filter asks for."""
    by_day: list[LiteralString] = [
        f"select e.dimension, e.value, {events} as events from event_place_day_count e"
        f" where e.account_id = $1 and {days}"
        for days, events in _by_day(matching, hours)
    ]
    by_hour: LiteralString = (
        "select e.dimension, e.value, e.events from event_place_count e"
        f" where e.account_id = $1 and {_by_hour(matching, hours)}"
    )
    return " union all ".join([*by_day, by_hour])


def severities(matching: Matching, hours: Hours) -> LiteralString:
    """Rows of (number, severity, events) of the hours, by their numbers."""
    days = matching.where.fill("e.day >= ? and e.day <= ?", *hours.days)
    bounds = number(hours.first), number(hours.last)
    whole = matching.where.fill("one.number >= ?::integer and one.number < ?::integer", *bounds)
    sums: LiteralString = ", ".join(f"sum(e.{name}) as {name}" for name in HOURS)
    numbered: LiteralString = ", ".join(f"(midnight + {name[1:]}, {name})" for name in HOURS)
    return f"""
        select one.number, severity, one.events from (
            select (e.day - date '1970-01-01') * 24 as midnight, e.severity, {sums} from event_day_count e
            where e.account_id = $1 and {days} and {matching.attributes} group by 1, 2
        ) counted, lateral (values {numbered}) as one (number, events)
        where one.events <> 0 and {whole}
        union all
        select floor(extract(epoch from e.hour) / 3600)::integer, e.severity, e.events from event_count e
        where e.account_id = $1 and {_by_hour(matching, hours)} and {matching.attributes}
    """


def _by_day(matching: Matching, hours: Hours) -> list[tuple[LiteralString, LiteralString]]:
    """Conditions on the day, and what counts of it: of the first and the last maybe not every hour.

    Three parts instead of one with a CASE, since then most rows are read no farther than to their sum.
    """
    where = matching.where
    (first, last), since, until = hours.days, hours.first.hour, (hours.last - HOUR).hour + 1
    if first == last:
        return [(where.fill("e.day = ?", first), _sum(since, until))]
    return [
        (where.fill("e.day > ? and e.day < ?", first, last), "e.events"),
        (where.fill("e.day = ?", first), _sum(since, len(HOURS))),
        (where.fill("e.day = ?", last), _sum(0, until)),
    ]


def _sum(since: int, until: int) -> LiteralString:
    terms: LiteralString = " + ".join(f"e.{name}" for name in HOURS[since:until])
    return "e.events" if until - since == len(HOURS) else f"(0::bigint + {terms})"


def _by_hour(matching: Matching, hours: Hours) -> LiteralString:
    """The same in the tables of migration 0001, where a server of the release before counts while it runs on."""
    return matching.where.fill("e.hour >= ? and e.hour < ?", hours.first, hours.last)
