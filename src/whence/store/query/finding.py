"""Rows of a collection by SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import LiteralString
from uuid import UUID

from whence.domain.query.evaluation import selected
from whence.domain.query.field import Schema
from whence.domain.query.path import pruned
from whence.domain.query.question import Found, Query, Sort
from whence.domain.query.refusal import BadQuery
from whence.store.pool import Reader
from whence.store.query.reading import Budget, answering, count, read
from whence.store.query.relation import Relation
from whence.store.query.rows import Rows, chosen, cut
from whence.store.query.unwinding import unwound
from whence.store.where import Where


async def find(
    db: Reader, account: UUID, relation: Relation, schema: Schema, query: Query, *, most_rows: int, most_bytes: int
) -> Found:
    """The rows asked for, `most_rows` at most; the total is of all of them. Needs a snapshot.

    Raises:
        BadQuery: the query cannot be answered, or the rows have more than `most_bytes` of JSON.
    """
    if query.unwind is not None and not query.only:
        raise BadQuery("unwind option requires only option.")
    wanted = selected(schema, query.only)
    budget = Budget(most_bytes)
    with answering(budget):
        total = sum([await _counted(db, account, part, schema, query) for part in _parts(relation)])
    if query.count_only or total <= query.start * bool(query.limit):
        return Found([], total)
    where = Where(account)
    most, skipped = min(query.limit or most_rows, most_rows), query.start if query.limit else 0
    rows = _first(where, relation, schema, query, skipped + most)
    listed = ", ".join([rows.columns.values[name].sql for name in wanted])
    sql: LiteralString = (
        f"select {listed} from {rows.source}{rows.ordered} limit {where.bind(most)} offset {where.bind(skipped)}"
    )
    found: list[dict[str, object]] = []
    with answering(budget):
        async for values in read(db, sql, where.args, [schema[name] for name in wanted], budget):
            kept = zip(wanted, map(pruned, values, wanted.values()), strict=True)
            found.append({name: value for name, value in kept if value is not None})
    return Found(found, total)


def _first(where: Where, relation: Relation, schema: Schema, query: Query, end: int) -> Rows:
    """Rows among which the first `end` are: of a union the first of each part, as no index orders the whole."""
    if not relation.parts or query.unwind is not None:
        return _rows(where, relation, schema, query, query.sort)
    most = where.bind(end)
    parts = [cut(_rows(where, part, schema, query, query.sort), f"limit {most}") for part in _parts(relation)]
    return replace(parts[0], sql=" union all ".join([f"({part.sql})" for part in parts]))


async def _counted(db: Reader, account: UUID, relation: Relation, schema: Schema, query: Query) -> int:
    where = Where(account)
    return await count(db, _rows(where, relation, schema, query, ()), where.args)


def _parts(relation: Relation) -> list[Relation]:
    """The relations that make up a union, or the one that is none: PostgreSQL plans them better apart."""
    return [replace(relation, source=part, parts=()) for part in relation.parts] or [relation]


def _rows(where: Where, relation: Relation, schema: Schema, query: Query, order: Sequence[Sort]) -> Rows:
    rows = chosen(where, relation, schema, query, order)
    return rows if query.unwind is None else unwound(where, query.unwind, rows, as_list=True)
