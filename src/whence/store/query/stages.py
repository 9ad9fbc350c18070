"""Stages as SQL: each a select from the rows before it."""

from collections.abc import Sequence
from typing import Final, LiteralString

from whence.domain.query.field import FieldType
from whence.domain.query.question import Unwind
from whence.domain.query.shape import after
from whence.domain.query.statistics import (
    Accumulation,
    Count,
    Group,
    Limit,
    Project,
    ProjectField,
    Projection,
    Skip,
    SortBy,
    Stage,
)
from whence.store.query.grouping import grouped
from whence.store.query.rows import ONCE, Rows, cut, selected
from whence.store.query.unwinding import unwound
from whence.store.query.value import Value, number
from whence.store.where import Where

_LOOKS_AT_ORDER: Final = frozenset({
    Accumulation.FIRST, Accumulation.LAST, Accumulation.PUSH, Accumulation.MERGE_OBJECTS,
})  # fmt: skip


def orders(stages: Sequence[Stage]) -> list[bool]:
    """Whether the order of the rows matters: of those that come in, and of those after each stage."""
    needed = [True]
    for stage in reversed(stages):
        match stage:
            case Group(fields=fields):
                needed.append(any(field.accumulation in _LOOKS_AT_ORDER for field in fields))
            case Count():
                needed.append(False)
            case Limit() | Skip():
                needed.append(True)
            case _:
                needed.append(needed[-1])
    return needed[::-1]


def staged(where: Where, stage: Stage, rows: Rows, *, keeps_order: bool, most_bytes: int) -> Rows:
    """The rows after the stage, with what orders them if that is to be kept.

    Raises:
        BadQuery: the stage means nothing.
    """
    match stage:
        case Unwind():
            return unwound(where, stage, rows)
        case Group():
            return grouped(where, stage, rows, keeps_order=keeps_order, most_bytes=most_bytes)
        case Count():
            return Rows(sql=f"select count(*) as c0 from {rows.source}", shape=after(stage, rows.shape))
        case SortBy():
            return _sorted(where, stage, rows) if keeps_order else rows
        case Project():
            return _projected(where, stage, rows)
        case Limit(count):
            return cut(rows, f"limit {where.bind(count)}")
        case Skip(count):
            return cut(rows, f"offset {where.bind(count)}")


def _all(rows: Rows) -> list[LiteralString]:
    return [value.sql for value in rows.columns.values.values()]


def _sorted(where: Where, stage: SortBy, rows: Rows) -> Rows:
    ordering = [*rows.columns.sorted_by(where, stage.keys), *rows.carried]
    sql: LiteralString = f"select {selected(_all(rows), ordering)} from {rows.source}"
    return Rows(sql=sql, shape=rows.shape, present=rows.present, order=tuple(ordering))


def _projected(where: Where, stage: Project, rows: Rows) -> Rows:
    shape = after(stage, rows.shape)
    columns = rows.columns
    made: dict[str, LiteralString] = {field.name: _made(columns.at(where, field.path), field) for field in stage.fields}
    listed: list[LiteralString] = [made[name] if name in made else columns.values[name].sql for name in shape]
    sql: LiteralString = f"select {selected(listed, rows.carried)} from {rows.source}{ONCE}"
    return Rows(sql=sql, shape=shape, order=rows.order)


def _made(value: Value, field: ProjectField) -> LiteralString:
    x = value.sql
    match field.projection:
        case None:
            return x
        case Projection.SIZE if value.type is FieldType.TEXTS:
            return f"cardinality({x})"
        case Projection.SIZE:
            return _of_json(value, "array", f"jsonb_array_length({x})", "integer")
        case Projection.SUM:
            return _sum(value)
        case Projection.ARRAY_TO_OBJECT if value.type is FieldType.TEXTS:
            return f"case when {x} is not null then '{{}}'::jsonb end"
        case Projection.ARRAY_TO_OBJECT:
            return _of_json(value, "array", f"json_to_object({x})", "jsonb")
        case Projection.OBJECT_TO_ARRAY:
            return _of_json(value, "object", f"json_entries({x})", "jsonb")


def _of_json(value: Value, of: LiteralString, made: LiteralString, kind: LiteralString) -> LiteralString:
    if value.type is not FieldType.JSON:
        return f"null::{kind}"
    return f"case jsonb_typeof({value.sql}) when '{of}' then {made} end"


def _sum(value: Value) -> LiteralString:
    if value.type is not FieldType.JSON:
        return f"coalesce({number(value)}, 0)"
    item = number(Value("element.item", FieldType.JSON))
    added: LiteralString = f"(select coalesce(sum({item}), 0) from jsonb_array_elements({value.sql}) as element (item))"
    return (
        f"case jsonb_typeof({value.sql}) when 'number' then ({value.sql})::numeric when 'array' then {added} else 0 end"
    )
