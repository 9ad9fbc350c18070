"""What a statement gives, read row by row, so that what is too much is refused before it is all in memory."""

import json
import re
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString, cast

import asyncpg

from whence.domain.query.field import FieldType
from whence.domain.query.moment import iso
from whence.domain.query.number import is_number, shown
from whence.domain.query.refusal import BadQuery
from whence.store.pool import Reader
from whence.store.query.rows import Rows

_MOST_VALUES: Final = 30_000  # the protocol counts them in 15 bits
_PLACEHOLDER: Final = re.compile(r"\$([0-9]+)")  # values are bound, so nothing else in a statement looks like one
_PREFETCH: Final = 100  # rows; each may hold a whole payload


class Budget:
    """How many bytes results may still have."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._left = most_bytes

    def spend(self, size: int) -> None:
        """Take so many bytes.

        Raises:
            BadQuery: there are not so many left.
        """
        self._left -= size
        if self._left < 0:
            raise self.exceeded()

    def exceeded(self) -> BadQuery:
        """What there is to say when there are none left."""
        return BadQuery(f"The results are larger than {self._most} bytes; ask for fewer rows or for less of each.")


@contextmanager
def answering(budget: Budget) -> Generator[None]:
    """What the database cannot do for a question is the question's fault.

    Raises:
        BadQuery: lists were collected that are too large, or a pattern is too much.
    """
    try:
        yield
    except asyncpg.ProgramLimitExceededError as exc:
        raise budget.exceeded() from exc
    except asyncpg.InvalidRegularExpressionError as exc:
        raise BadQuery("Regular expression is too large.") from exc


def require_small(args: Sequence[object]) -> None:
    """Return when a statement may have so many values.

    Raises:
        BadQuery: it may not.
    """
    if len(args) > _MOST_VALUES:
        raise BadQuery("The query has too many conditions.")


async def count(db: Reader, rows: Rows, args: Sequence[object]) -> int:
    """How many rows there are. Raises as `require_small`."""
    require_small(args)
    sql, used = _used(f"select count(*) as total from {rows.source}", args)
    row = await db.row(sql, *used)
    return 0 if row is None else int(row["total"])


async def read(
    db: Reader, sql: LiteralString, args: Sequence[object], types: Sequence[FieldType], budget: Budget
) -> AsyncIterator[list[object]]:
    """The rows of the statement, values as results show them and None for what is missing. Needs a snapshot.

    Raises:
        BadQuery: the budget does not suffice, or as `require_small`.
    """
    require_small(args)
    sql, used = _used(sql, args)
    async for record in db.walk(sql, *used, prefetch=_PREFETCH):
        values = cast("Sequence[object]", tuple(record))
        budget.spend(sum(map(_size, values)))
        yield [_shown(kind, value) for kind, value in zip(types, values, strict=False)]


def _used(sql: LiteralString, args: Sequence[object]) -> tuple[LiteralString, list[object]]:
    """The statement with the values that it uses: PostgreSQL cannot tell the type of one that is nowhere in it."""
    numbers = sorted({int(number) for number in _PLACEHOLDER.findall(sql)})
    places = {number: f"${place}" for place, number in enumerate(numbers, 1)}
    renumbered = _PLACEHOLDER.sub(lambda found: places[int(found[1])], sql)
    return cast("LiteralString", renumbered), [args[number - 1] for number in numbers]


def _size(value: object) -> int:
    match value:
        case str():
            return len(value) + 2
        case list():
            return sum(len(text) + 3 for text in cast("list[str]", value))
        case _:
            return 8


def _shown(kind: FieldType, value: object) -> object:
    match value:
        case str() if kind is FieldType.JSON:
            return json.loads(value, parse_float=_fraction)
        case datetime():
            return iso(value)
        case _:
            return shown(value) if is_number(value) else value


def _fraction(text: str) -> int | float:
    return shown(Decimal(text))
