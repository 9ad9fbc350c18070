"""The hours that hold anything a filter asks for, as the counts have it: of all others no event need be read."""

from typing import Final, LiteralString

from whence.domain.event import Span
from whence.domain.filter import Filter
from whence.store.counts import HOURS, hour_of, number
from whence.store.where import Where, of_cell

_SUMS: Final[LiteralString] = ", ".join(f"sum(e.{name}) as {name}" for name in HOURS)
_NUMBERED: Final[LiteralString] = ", ".join(f"({name[1:]}, {name})" for name in HOURS)


def hours(where: Where, asked: Filter, span: Span) -> LiteralString | None:
    """A statement of the hours in the span, `number`ed since 1970 in UTC, that may hold what the filter asks for.

    None when the counts know nothing of what is asked, and it may be in every hour.
    """
    parts: list[LiteralString] = []
    if (cell := of_cell(where, asked)) != "true":
        parts.append(_counted(where, span, "event_day_count", "event_count", cell))
    named = ("cluster", asked.clusters), ("namespace", asked.namespaces), ("service", asked.services)
    for dimension, values in named:
        if values:
            place = where.fill("e.dimension = ? and e.value = any(?::text[])", dimension, list(values))
            parts.append(_counted(where, span, "event_place_day_count", "event_place_count", place))
    return " intersect ".join(parts) or None


def _counted(
    where: Where, span: Span, by_day: LiteralString, by_hour: LiteralString, condition: LiteralString
) -> LiteralString:
    """The hours in which any of the counts is there; those of migration 0001 too, where the release before counts on.

    An event that one process counted may be taken off by another: only their sum is never less than none.
    """
    first, last = hour_of(span.start), hour_of(span.end)
    days = where.fill("e.day >= ? and e.day <= ?", first.date(), last.date())
    hours = where.fill("e.hour >= ? and e.hour <= ?", first, last)
    numbers = where.fill("number >= ?::integer and number <= ?::integer", number(first), number(last))
    return f"""
        select number from (
            select (day - date '1970-01-01') * 24 + one.hour as number, one.events from (
                select e.day, {_SUMS} from {by_day} e where e.account_id = $1 and {days} and {condition} group by e.day
            ) counted, lateral (values {_NUMBERED}) as one (hour, events) where one.events <> 0
            union all
            select floor(extract(epoch from e.hour) / 3600)::integer, e.events from {by_hour} e
            where e.account_id = $1 and {hours} and {condition}
        ) counted where {numbers} group by number having sum(events) > 0
    """
