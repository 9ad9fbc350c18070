"""Statistics of a collection by SQL."""

from typing import LiteralString
from uuid import UUID

from whence.domain.query.field import FieldType, Schema
from whence.domain.query.refusal import BadQuery
from whence.domain.query.shape import Column, Shape, spot
from whence.domain.query.statistics import Statistics, Table
from whence.store.pool import Reader
from whence.store.query.reading import Budget, answering, count, read
from whence.store.query.relation import Relation
from whence.store.query.rows import Rows, chosen, selected
from whence.store.query.stages import orders, staged
from whence.store.query.value import Term, Value, terms
from whence.store.where import Where


async def tabulate(
    db: Reader,
    account: UUID,
    relation: Relation,
    schema: Schema,
    statistics: Statistics,
    *,
    most_rows: int,
    most_bytes: int,
) -> Table:
    """What is to be computed. Needs a snapshot.

    Raises:
        BadQuery: it cannot be computed, or has more than `most_rows` rows or `most_bytes` of JSON.
    """
    budget = Budget(most_bytes)
    total = None
    if statistics.limit:
        where = Where(account)
        with answering(budget):
            total = await count(db, _rows(where, relation, schema, statistics, most_bytes), where.args)
    where = Where(account)
    rows = _rows(where, relation, schema, statistics, most_bytes)
    most = min(statistics.limit or most_rows + 1, most_rows + 1)
    sql: LiteralString = (
        f"select {', '.join([value.sql for value in rows.columns.values.values()]) or '1'}"
        f" from {rows.source}{rows.ordered}"
        f" limit {where.bind(most)} offset {where.bind(statistics.start if statistics.limit else 0)}"
    )
    results: list[object] = []
    types = [column.type for column in rows.shape.values()]
    with answering(budget):
        async for values in read(db, sql, where.args, types, budget):
            if len(results) == most_rows:
                raise BadQuery(f"There are more than {most_rows} rows; add a limit stage or a page.")
            results.append(_said(rows.shape, values) if _is_staged(statistics) else values[0])
    return Table(results, total)


def _said(shape: Shape, values: list[object]) -> dict[str, object]:
    return {
        name: value
        for (name, column), value in zip(shape.items(), values, strict=False)
        if column.shows_null or value is not None
    }


def _is_staged(statistics: Statistics) -> bool:
    return bool(statistics.stages) or statistics.distinct is None


def _rows(where: Where, relation: Relation, schema: Schema, statistics: Statistics, most_bytes: int) -> Rows:
    if not _is_staged(statistics):
        return _distinct(where, chosen(where, relation, schema, statistics, ()), statistics.distinct or "")
    first, *needed = orders(statistics.stages)
    rows = chosen(where, relation, schema, statistics, statistics.order if first else ())
    for stage, keeps_order in zip(statistics.stages, needed, strict=True):
        rows = staged(where, stage, rows, keeps_order=keeps_order, most_bytes=most_bytes)
    return rows


def _distinct(where: Where, rows: Rows, path: str) -> Rows:
    """One column: the values in their order, those of lists one by one."""
    found = spot(rows.shape, path)
    column = Value("null::jsonb", FieldType.JSON) if found is None else rows.columns.values[found.name]
    source, item, kind = rows.source, column.sql, column.type
    if kind is FieldType.TEXTS:
        source, item, kind = f"{source} cross join lateral unnest({column.sql}) as u (item)", "u.item", FieldType.TEXT
    elif kind is FieldType.JSON:
        keys = where.bind([] if found is None else list(found.keys))
        source = (
            f"{source} cross join lateral json_reached({column.sql}, {keys}::text[]) as reached (value)"
            " cross join lateral jsonb_array_elements(case jsonb_typeof(reached.value) when 'array' then reached.value"
            " else jsonb_build_array(reached.value) end) as u (item)"
        )
        item = "nullif(u.item, 'null'::jsonb)"
    ordering = terms(Value("d.item", kind))
    if kind is FieldType.JSON:
        ordering.append(Term("d.item"))  # so that what ties is in the same order on every page
    distinct: LiteralString = f"select distinct {item} as item from {source} where {item} is not null"
    sql: LiteralString = f"select {selected(['d.item'], ordering)} from ({distinct}) d"
    return Rows(sql=sql, shape={path: Column(kind)}, order=tuple(ordering))
