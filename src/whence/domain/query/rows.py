"""Rows in memory, as every stage sees them: values by column, and the conditions on them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from whence.domain.query.condition import reduced
from whence.domain.query.field import FieldType, Row
from whence.domain.query.moment import iso
from whence.domain.query.number import is_number, shown, shown_inside
from whence.domain.query.ordering import Place, place
from whence.domain.query.path import at, reached
from whence.domain.query.pattern import Pattern
from whence.domain.query.question import Condition, Query, Sort
from whence.domain.query.shape import Shape, spot
from whence.domain.query.statistics import Statistics

Passes: TypeAlias = Callable[[Row], bool]


def values(shape: Shape, path: str) -> Callable[[Row], object]:
    """Takes the value at the path out of a row; None where there is none."""
    found = spot(shape, path)
    if found is None:
        return lambda _: None
    name, keys = found.name, found.keys
    return lambda row: at(row.get(name), keys)


def passing(shape: Shape, condition: Condition) -> Passes:
    """Whether a row passes the condition.

    Raises:
        BadQuery: the condition means nothing.
    """
    found = spot(shape, condition.key)
    if found is None:
        passed = reduced(condition, FieldType.JSON).passes([None])
        return lambda _: passed
    name, keys = found.name, found.keys
    test = reduced(condition, found.type)
    return lambda row: test.passes(reached(row.get(name), keys))


def passing_all(shape: Shape, conditions: Iterable[Condition]) -> Passes:
    """Whether a row passes all of them. Raises as `passing`."""
    tests = [passing(shape, condition) for condition in conditions]
    return lambda row: all(test(row) for test in tests)


def chosen(shape: Shape, asked: Query | Statistics, rows: Iterable[Row]) -> list[Row]:
    """The rows that a question is about. Raises as `passing`."""
    passes = passing_all(shape, asked.all)
    alternatives = [passing(shape, condition) for condition in asked.any]
    words = [Pattern.literal(word) for word in asked.words]
    return [
        row
        for row in rows
        if passes(row)
        and (not alternatives or any(test(row) for test in alternatives))
        and (not words or any(_says(row.get(name), words) for name in asked.word_fields))
    ]


def _says(value: object, words: Sequence[Pattern]) -> bool:
    """Whether one of the words is in the text; a number is as good as its digits."""
    text = str(value) if is_number(value) else value
    return isinstance(text, str) and any(word.found_in(text) for word in words)


def ordered(shape: Shape, keys: Sequence[Sort], rows: Iterable[Row]) -> list[Row]:
    """The rows in the order of the keys, the first one before all; those that tie stay as they are."""
    sorted_rows = list(rows)
    for key in reversed(keys):
        taken = values(shape, key.key)
        sorted_rows.sort(key=_placed(taken), reverse=key.descending)
    return sorted_rows


def _placed(taken: Callable[[Row], object]) -> Callable[[Row], Place]:
    return lambda row: place(taken(row))


def said(shape: Shape, row: Row) -> dict[str, object]:
    """The row as results show it."""
    return {
        name: said_value(column.type, row.get(name))
        for name, column in shape.items()
        if column.shows_null or row.get(name) is not None
    }


def said_value(kind: FieldType, value: object) -> object:
    """The value of a column as results show it."""
    match kind, value:
        case FieldType.TIME, _ if value is not None:
            return stored(value)
        case FieldType.NUMBER, _ if is_number(value):
            return shown(value)
        case ((FieldType.JSON | FieldType.TEXTS), _):
            return shown_inside(value)
        case _:
            return value


def stored(value: object) -> object:
    """The value as an element of JSON: a time is its text."""
    return iso(value) if isinstance(value, datetime) else value
