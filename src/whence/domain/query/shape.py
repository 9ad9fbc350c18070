"""Which columns the rows have between two stages. It follows from the query alone; both evaluators go by it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from whence.domain.query.date_format import DateFormat
from whence.domain.query.field import FieldType, Schema
from whence.domain.query.path import keys_of, step
from whence.domain.query.question import Unwind
from whence.domain.query.statistics import (
    Accumulation,
    Count,
    Group,
    GroupField,
    Project,
    ProjectField,
    Projection,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Column:
    """`shows_null`: a row without a value says null instead of leaving it out. `is_key`: of the groups."""

    type: FieldType
    shows_null: bool = False
    is_key: bool = False


Shape: TypeAlias = Mapping[str, Column]
"""The columns by name, in the order in which rows say them."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a path leads: to a column, or by `keys` into its JSON."""

    name: str
    keys: tuple[str, ...]
    type: FieldType


_COUNTED: Final = Column(FieldType.NUMBER, shows_null=True)
_MADE: Final = Column(FieldType.JSON, shows_null=True)


def of(schema: Schema) -> Shape:
    """The columns of a whole collection."""
    return {name: Column(kind) for name, kind in schema.items()}


def spot(shape: Shape, path: str) -> Spot | None:
    """Where the path leads in rows of that shape; None: nowhere.

    Raises:
        BadQuery: it is too long.
    """
    found = step(shape, keys_of(path))
    if found is None:
        return None
    name, keys = found
    kind = shape[name].type
    return None if keys and kind is not FieldType.JSON else Spot(name, keys, kind)


def after(stage: Stage, shape: Shape) -> Shape:
    """The columns that the stage's rows have. Raises as `spot`."""
    match stage:
        case Unwind(path):
            return _unwound(shape, spot(shape, path))
        case Group(keys, fields):
            made = {key.name: _key(shape, key.path, key.date_format) for key in keys}
            return {**made, **{field.name: _accumulated(shape, field) for field in fields}}
        case Count(name):
            return {name: _COUNTED}
        case Project(fields, exclude_keys):
            kept = {name: column for name, column in shape.items() if column.is_key and not exclude_keys}
            return {**kept, **{field.name: _projected(shape, field) for field in fields}}
        case _:
            return shape


def _unwound(shape: Shape, at: Spot | None) -> Shape:
    if at is None or at.type is not FieldType.TEXTS:
        return shape
    return {**shape, at.name: replace(shape[at.name], type=FieldType.TEXT)}


def _key(shape: Shape, path: str, date_format: DateFormat | None) -> Column:
    if date_format is not None:
        kind = FieldType.TEXT if date_format.part is None else FieldType.NUMBER
        return Column(kind, shows_null=True, is_key=True)
    return replace(_same(shape, path), is_key=True)


def _same(shape: Shape, path: str) -> Column:
    at = spot(shape, path)
    if at is None or at.keys:
        return Column(FieldType.JSON)
    return replace(shape[at.name], is_key=False)


def _accumulated(shape: Shape, field: GroupField) -> Column:
    match field.accumulation:
        case Accumulation.COUNT | Accumulation.SUM | Accumulation.AVERAGE:
            return _COUNTED
        case Accumulation.MAX | Accumulation.MIN | Accumulation.FIRST | Accumulation.LAST if field.path is not None:
            kind = _same(shape, field.path).type
            return Column(FieldType.JSON if kind is FieldType.TEXTS else kind, shows_null=True)
        case _:
            return _MADE


def _projected(shape: Shape, field: ProjectField) -> Column:
    match field.projection:
        case None:
            return _same(shape, field.path)
        case Projection.SIZE:
            return Column(FieldType.NUMBER)
        case Projection.SUM:
            return _COUNTED
        case _:
            return Column(FieldType.JSON)
