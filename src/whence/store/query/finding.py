"""Rows of a collection by SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, LiteralString
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

# So many pages are better sorted than looked for in the order of an index: where PostgreSQL guesses wrong how many rows
# pass, it reads the whole account for them, and here their number is known.
_FEW: Final = 2


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
        counts = [(part, await _counted(db, account, part, schema, query)) for part in relation.parts or (relation,)]
    total = sum(count for _, count in counts)
    if query.count_only or total <= query.start * bool(query.limit):
        return Found([], total)
    where = Where(account)
    most, skipped = min(query.limit or most_rows, most_rows), query.start if query.limit else 0
    if query.unwind is None:
        rows = _first(where, counts, schema, query, skipped + most)
    else:
        rows = _rows(where, relation, schema, query, query.sort)
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


def _first(where: Where, counts: Iterable[tuple[Relation, int]], schema: Schema, query: Query, end: int) -> Rows:
    """Rows among which the first `end` are: the first of each relation, as no index orders a union of them."""
    each = [
        replace(_rows(where, relation, schema, query, query.sort), is_few=count <= _FEW * end)
        for relation, count in counts
        if count
    ]
    if len(each) == 1:
        return each[0]
    most = where.bind(end)
    parts = [cut(rows, f"limit {most}") for rows in each]
    return replace(parts[0], sql=" union all ".join([f"({part.sql})" for part in parts]))


async def _counted(db: Reader, account: UUID, relation: Relation, schema: Schema, query: Query) -> int:
    where = Where(account)
    return await count(db, _rows(where, relation, schema, query, ()), where.args)


def _rows(where: Where, relation: Relation, schema: Schema, query: Query, order: Sequence[Sort]) -> Rows:
    rows = chosen(where, relation, schema, query, order)
    return rows if query.unwind is None else unwound(where, query.unwind, rows, as_list=True)
