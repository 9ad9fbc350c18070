"""Times of group keys as SQL: cut to a unit, and written in a format."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Final, LiteralString

from whence.domain.query.date_format import DateFormat, Directive, Part, Unit
from whence.store.where import Where

_TEMPLATES: Final[dict[Directive, str]] = {
    Directive.YEAR: "YYYY",
    Directive.YEAR_OF_CENTURY: "YY",
    Directive.MONTH: "MM",
    Directive.MONTH_NAME: "FMMonth",
    Directive.MONTH_SHORT: "Mon",
    Directive.DAY: "DD",
    Directive.HOUR: "HH24",
    Directive.HOUR_OF_HALF: "HH12",
    Directive.HALF: "AM",
    Directive.MINUTE: "MI",
    Directive.SECOND: "SS",
    Directive.MILLISECOND: "MS",
    Directive.MICROSECOND: "US",
    Directive.DAY_OF_YEAR: "DDD",
    Directive.DAY_OF_WEEK: "ID",
    Directive.DAY_NAME: "FMDay",
    Directive.DAY_SHORT: "Dy",
    Directive.ISO_WEEK: "IW",
    Directive.ISO_YEAR: "IYYY",
    Directive.ZONE: '"+0000"',
    Directive.ZONE_MINUTES: '"+0"',
}
_PARTS: Final[dict[Part, LiteralString]] = {Part.YEAR: "year", Part.MONTH: "month", Part.DAY: "day"}
_EPOCH: Final = "timestamptz '1970-01-01 00:00:00+00'"
# Of what has a fixed length, adding up is several times faster than the calendar.
_TRUNCATED: Final[dict[Unit, LiteralString]] = {
    Unit.DAY: "1 day",
    Unit.HOUR: "1 hour",
    Unit.MINUTE: "1 minute",
    Unit.SECOND: "1 second",
    Unit.MILLISECOND: "1 millisecond",
}


def truncated(x: LiteralString, unit: Unit) -> LiteralString:
    """The time without what is finer than the unit, in UTC."""
    match unit:
        case Unit.NOTHING:
            return f"case when {x} is not null then {_EPOCH} end"
        case Unit.YEAR:
            return f"date_trunc('year', {x}, 'UTC')"
        case Unit.MONTH:
            return f"date_trunc('month', {x}, 'UTC')"
        case _:
            return f"date_bin('{_TRUNCATED[unit]}', {x}, {_EPOCH})"


def written(where: Where, x: LiteralString, date_format: DateFormat) -> LiteralString:
    """The time in the format."""
    utc: LiteralString = f"({x} at time zone 'UTC')"
    if date_format.part is not None:
        return f"extract({_PARTS[date_format.part]} from {utc})::integer"
    runs = groupby(date_format.pieces, key=_computed)
    texts: list[LiteralString] = [
        _templated(where, utc, run) if compute is None else _repeated(compute(utc), run) for compute, run in runs
    ]
    return " || ".join(texts) or f"case when {x} is not null then '' end"


def _repeated(sql: LiteralString, pieces: Iterable[object]) -> LiteralString:
    """The expression for each of the pieces."""
    return " || ".join([sql for _ in pieces])


def _week(utc: LiteralString) -> LiteralString:
    """The week of the year, weeks beginning on Sunday."""
    return f"lpad(((extract(doy from {utc})::integer + 6 - extract(dow from {utc})::integer) / 7)::text, 2, '0')"


def _day(utc: LiteralString) -> LiteralString:
    """The day of the week, from 0, which is Sunday."""
    return f"extract(dow from {utc})::integer::text"


def _epoch(utc: LiteralString) -> LiteralString:
    """Whole seconds since the epoch."""
    return f"floor(extract(epoch from {utc}))::bigint::text"


_Computed = Callable[[LiteralString], LiteralString]
# What `to_char` does not know.
_COMPUTED: Final[Mapping[Directive, _Computed]] = {
    Directive.WEEK_FROM_SUNDAY: _week,
    Directive.DAY_FROM_SUNDAY: _day,
    Directive.EPOCH: _epoch,
}


def _computed(piece: Directive | str) -> _Computed | None:
    """What computes the piece, if it is no part of a template; a text may be spelled as a directive is."""
    return _COMPUTED.get(piece) if isinstance(piece, Directive) else None


def _templated(where: Where, utc: LiteralString, pieces: Iterable[Directive | str]) -> LiteralString:
    """By a template of `to_char`; what is no directive stands in quotes.

    So does nothing at all, between any two: `DD` beside `D` would be read as `DDD`.
    """
    template = '""'.join(
        _TEMPLATES[piece]
        if isinstance(piece, Directive)
        else '"{}"'.format(piece.replace("\\", "\\\\").replace('"', '\\"'))
        for piece in pieces
    )
    return f"to_char({utc}, {where.bind(template)}::text)"
