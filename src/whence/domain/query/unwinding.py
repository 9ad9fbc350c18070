"""A row for each element of a list."""

from collections.abc import Iterable, Iterator

from whence.domain.query.field import FieldType, Row
from whence.domain.query.path import list_at, replaced
from whence.domain.query.question import Unwind
from whence.domain.query.rows import passing_all
from whence.domain.query.shape import Shape, after, spot

LISTS = frozenset({FieldType.TEXTS, FieldType.JSON})
"""What may hold a list; anything else is unwound as one element."""


def unwound(shape: Shape, stage: Unwind, rows: Iterable[Row]) -> list[Row]:
    """The rows with the element in the place of the list, that pass the filter. Raises as `rows.passing`."""
    passes = passing_all(after(stage, shape), stage.filter)
    return [row for row in _each(shape, stage.path, rows, as_list=False) if passes(row)]


def unwound_lists(shape: Shape, stage: Unwind, rows: Iterable[Row]) -> list[Row]:
    """The same with the element as a list of one."""
    passes = passing_all(shape, stage.filter)
    return [row for row in _each(shape, stage.path, rows, as_list=True) if passes(row)]


def _each(shape: Shape, path: str, rows: Iterable[Row], *, as_list: bool) -> Iterator[Row]:
    at = spot(shape, path)
    if at is None:
        return
    wraps = as_list and at.type in LISTS
    for row in rows:
        value = row.get(at.name)
        for item in list_at(value, at.keys):
            yield {**row, at.name: replaced(value, at.keys, [item] if wraps else item)}
