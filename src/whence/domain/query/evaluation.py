"""Answers questions and statistics from rows in memory. Its twin in SQL is `store.query`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from whence.domain.query.field import FieldType, Row, Schema
from whence.domain.query.grouping import grouped
from whence.domain.query.number import is_number, total
from whence.domain.query.ordering import identity, place
from whence.domain.query.path import elements, entries, keys_of, pruned, reached, step
from whence.domain.query.question import Found, Query, Unwind
from whence.domain.query.refusal import BadQuery
from whence.domain.query.rows import chosen, ordered, said, said_value, values
from whence.domain.query.shape import Shape, after, of, spot
from whence.domain.query.statistics import (
    Count,
    Group,
    Limit,
    Project,
    Projection,
    Skip,
    SortBy,
    Stage,
    Statistics,
    Table,
)
from whence.domain.query.unwinding import unwound, unwound_lists

_Item = TypeVar("_Item")


def find(schema: Schema, query: Query, rows: Iterable[Row]) -> Found:
    """The rows asked for.

    Raises:
        BadQuery: the query cannot be answered.
    """
    if query.unwind is not None and not query.only:
        raise BadQuery("unwind option requires only option.")
    shape = of(schema)
    wanted = selected(schema, query.only)
    found = ordered(shape, query.sort, chosen(shape, query, rows))
    if query.unwind is not None:
        found = unwound_lists(shape, query.unwind, found)
    if query.count_only:
        return Found([], len(found))
    return Found([shown(schema, wanted, row) for row in _page(found, query.start, query.limit)], len(found))


def selected(schema: Schema, only: Sequence[str]) -> Mapping[str, list[tuple[str, ...]]]:
    """The fields that rows carry, and the paths inside of them; all, if nothing is asked for.

    Raises:
        BadQuery: a path leads to no field.
    """
    wanted: dict[str, list[tuple[str, ...]]] = {} if only else {name: [()] for name in schema}
    for path in only:
        if (found := step(schema, keys := keys_of(path))) is None:
            raise BadQuery(f'Cannot resolve field "{keys[0]}"')
        wanted.setdefault(found[0], []).append(found[1])
    return {name: wanted[name] for name in schema if name in wanted}


def shown(schema: Schema, wanted: Mapping[str, Sequence[tuple[str, ...]]], row: Row) -> dict[str, object]:
    """The wanted part of a row as results show it."""
    kept = {name: pruned(row.get(name), paths) for name, paths in wanted.items()}
    return {name: said_value(schema[name], value) for name, value in kept.items() if value is not None}


def tabulate(schema: Schema, statistics: Statistics, rows: Iterable[Row]) -> Table:
    """What is to be computed. Raises as `find`."""
    shape = of(schema)
    found = ordered(shape, statistics.order, chosen(shape, statistics, rows))
    if statistics.stages or statistics.distinct is None:
        for stage in statistics.stages:
            found, shape = _staged(shape, stage, found), after(stage, shape)
        results: list[object] = [said(shape, row) for row in found]
    else:
        results = _distinct(shape, statistics.distinct, found)
    page = _page(results, statistics.start, statistics.limit)
    return Table(page, len(results) if statistics.limit else None)


def _page(items: list[_Item], start: int, limit: int) -> list[_Item]:
    return items[start : start + limit] if limit else items


def _distinct(shape: Shape, path: str, rows: Iterable[Row]) -> list[object]:
    if (at := spot(shape, path)) is None:
        return []
    leaves = [leaf for row in rows for leaf in reached(row.get(at.name), at.keys)]
    lists = [[leaf] if (items := elements(leaf)) is None else items for leaf in leaves]
    known = {identity(one): one for items in lists for one in items if one is not None}
    kind = FieldType.JSON if at.type is FieldType.TEXTS else at.type
    return [said_value(kind, one) for one in sorted(known.values(), key=place)]


def _staged(shape: Shape, stage: Stage, rows: list[Row]) -> list[Row]:
    match stage:
        case Unwind():
            return unwound(shape, stage, rows)
        case Group():
            return grouped(shape, stage, rows)
        case Count(name):
            return [{name: len(rows)}]
        case SortBy(keys):
            return ordered(shape, keys, rows)
        case Project():
            return _projected(shape, stage, rows)
        case Limit(count):
            return rows[:count]
        case Skip(count):
            return rows[count:]


def _projected(shape: Shape, stage: Project, rows: Iterable[Row]) -> list[Row]:
    kept = [name for name, column in shape.items() if column.is_key and not stage.exclude_keys]
    taken = [(field.name, values(shape, field.path), field.projection) for field in stage.fields]
    return [
        {**{name: row.get(name) for name in kept}, **{name: _made(how, take(row)) for name, take, how in taken}}
        for row in rows
    ]


def _made(projection: Projection | None, value: object) -> object:
    items = elements(value)
    match projection:
        case None:
            return value
        case Projection.SIZE:
            return None if items is None else len(items)
        case Projection.SUM:
            return total(one for one in ([value] if items is None else items) if is_number(one))
        case Projection.ARRAY_TO_OBJECT:
            return None if items is None else dict(pair for item in items for pair in _pairs(item))
        case Projection.OBJECT_TO_ARRAY:
            inside = entries(value)
            return None if inside is None else [{"k": key, "v": inside[key]} for key in sorted(inside)]


def _pairs(item: object) -> list[tuple[str, object]]:
    """The key and the value that an element of a list says, as [key, value] or {k: key, v: value}; else none."""
    pair, inside = elements(item), entries(item)
    match pair or (None if inside is None else [inside.get("k"), inside.get("v")]):
        case [str(key), value]:
            return [(key, value)]
        case _:
            return []
