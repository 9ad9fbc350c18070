"""Rows of a collection by SQL."""

from collections.abc import Sequence
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
from whence.store.query.rows import Rows, chosen
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
    where = Where(account)
    with answering(budget):
        total = await count(db, _rows(where, relation, schema, query, ()), where.args)
    if query.count_only or total <= query.start * bool(query.limit):
        return Found([], total)
    where = Where(account)
    rows = _rows(where, relation, schema, query, query.sort)
    listed = ", ".join([rows.columns.values[name].sql for name in wanted])
    most = min(query.limit or most_rows, most_rows)
    sql: LiteralString = (
        f"select {listed} from {rows.source}{rows.ordered}"
        f" limit {where.bind(most)} offset {where.bind(query.start if query.limit else 0)}"
    )
    found: list[dict[str, object]] = []
    with answering(budget):
        async for values in read(db, sql, where.args, [schema[name] for name in wanted], budget):
            kept = zip(wanted, map(pruned, values, wanted.values()), strict=True)
            found.append({name: value for name, value in kept if value is not None})
    return Found(found, total)


def _rows(where: Where, relation: Relation, schema: Schema, query: Query, order: Sequence[Sort]) -> Rows:
    rows = chosen(where, relation, schema, query, order)
    return rows if query.unwind is None else unwound(where, query.unwind, rows, as_list=True)
