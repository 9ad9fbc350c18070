"""Rows become groups, and each group one row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from whence.domain.query.date_format import DateFormat
from whence.domain.query.field import Row
from whence.domain.query.moment import iso_seconds
from whence.domain.query.number import average, is_number, total
from whence.domain.query.ordering import LIST, OBJECT, identity, place
from whence.domain.query.path import entries
from whence.domain.query.rows import Passes, passing_all, stored, values
from whence.domain.query.shape import Shape
from whence.domain.query.statistics import Accumulation, Group, GroupField, GroupKey

_Taken: TypeAlias = Callable[[Row], object]


def grouped(shape: Shape, stage: Group, rows: Iterable[Row]) -> list[Row]:
    """A row for each group, in the order of the keys. Raises as `rows.passing`."""
    keys = [_key(shape, key) for key in stage.keys]
    fields = [_Field.of(shape, field) for field in stage.fields]
    groups: dict[object, list[Row]] = {} if keys else {(): []}
    for row in rows:
        groups.setdefault(tuple(identity(key(row)) for key in keys), []).append(row)
    made = [
        ([key(members[0]) for key in keys], {field.name: field.of_group(members) for field in fields})
        for members in groups.values()
    ]
    made.sort(key=lambda group: [place(value) for value in group[0]])
    return [{**dict(zip((key.name for key in stage.keys), said, strict=True)), **rest} for said, rest in made]


def _key(shape: Shape, key: GroupKey) -> _Taken:
    taken = values(shape, key.path)
    return taken if key.date_format is None else _written(taken, key.date_format)


def _written(taken: _Taken, date_format: DateFormat) -> _Taken:
    def written(row: Row) -> object:
        at = taken(row)
        return date_format.write(at) if isinstance(at, datetime) else None

    return written


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the group, with what it needs of a row."""

    name: str
    accumulation: Accumulation
    taken: _Taken
    passes: Passes

    @classmethod
    def of(cls, shape: Shape, field: GroupField) -> "_Field":
        taken = _members(shape, field) if field.path is None else values(shape, field.path)
        return cls(field.name, field.accumulation, taken, passing_all(shape, field.conditions))

    def of_group(self, rows: Sequence[Row]) -> object:
        """What the group says."""
        match self.accumulation:
            case Accumulation.COUNT:
                return sum(map(self.passes, rows))
            case Accumulation.SUM:
                return total(value for row in rows if self.passes(row) and is_number(value := self.taken(row)))
            case Accumulation.AVERAGE:
                counted = (self.taken(row) if self.passes(row) else 0 for row in rows)
                return average([value for value in counted if is_number(value)])
            case _:
                return _accumulated(self.accumulation, [self.taken(row) for row in rows])


def _accumulated(accumulation: Accumulation, found: Sequence[object]) -> object:
    there = [value for value in found if value is not None]
    match accumulation:
        case Accumulation.FIRST:
            return found[0] if found else None
        case Accumulation.LAST:
            return found[-1] if found else None
        case Accumulation.MAX | Accumulation.MIN:
            scalars = [value for value in there if place(value)[0] not in {OBJECT, LIST}]
            choose = max if accumulation is Accumulation.MAX else min
            return choose(scalars, key=place, default=None)
        case Accumulation.ADD_TO_SET:
            return [stored(value) for value in sorted({identity(one): one for one in there}.values(), key=place)]
        case Accumulation.MERGE_OBJECTS:
            return {key: value for one in there for key, value in (entries(one) or {}).items()}
        case _:
            return [stored(value) for value in there]


def _members(shape: Shape, field: GroupField) -> _Taken:
    taken = [(name, values(shape, path)) for path, name in field.members]

    def members(row: Row) -> object:
        said = ((name, take(row)) for name, take in taken)
        return {
            name: iso_seconds(value) if isinstance(value, datetime) else value
            for name, value in said
            if value is not None
        }

    return members
