"""Groups as SQL, in four selects, one inside of the other.

The innermost takes keys and values out of the rows. The next one looks across the rows of a group, where a field does.
Then rows become groups, and at last groups become rows: a time is formatted there, once for each group.
"""

from collections.abc import Sequence
from typing import LiteralString

from whence.domain.query.date_format import DateFormat
from whence.domain.query.field import FieldType
from whence.domain.query.shape import after, spot
from whence.domain.query.statistics import Group, GroupKey
from whence.store.query.accumulating import Accumulated
from whence.store.query.rows import Columns, Rows, named, selected
from whence.store.query.time_format import truncated, written
from whence.store.query.value import Term, Value, numbered, terms
from whence.store.where import Where


def grouped(where: Where, stage: Group, rows: Rows, *, keeps_order: bool, most_bytes: int) -> Rows:
    """A row for each group, with what orders them by their keys if that is to be kept.

    Raises:
        BadQuery: a condition means nothing.
    """
    columns = rows.columns
    keys = [_key(where, columns, key) for key in stage.keys]
    fields = [Accumulated.of(where, columns, field, at) for at, field in enumerate(stage.fields)]
    by: list[LiteralString] = [numbered("q.k", position) for position in range(len(keys))]
    taken: list[LiteralString] = [
        *named("k", [key.sql for key in keys]),
        *(column for field in fields for column in field.taken),
    ]
    taken += named("o", [term.sql for term in rows.carried])
    across: list[LiteralString] = [column for field in fields for column in field.across(by, rows.order)]
    size = " + ".join([field.size for field in fields if field.size])
    if size:
        across.append(f"sum({size}) over (rows between unbounded preceding and current row) as size")
    limit: LiteralString = where.bind(most_bytes) if size else ""
    made: list[LiteralString] = [*named("k", by), *(field.aggregate(rows.order, limit) for field in fields)]
    sql: LiteralString = (
        f"select {', '.join(made)} from (select {', '.join(['q.*', *across])} from"
        f" (select {', '.join(taken) or '1'} from {rows.source}) q) q group by {', '.join(by) or '()'}"
    )
    return _said(where, stage, rows, keys, sql, keeps_order=keeps_order)


def _key(where: Where, columns: Columns, key: GroupKey) -> Value:
    """What the rows of a group have in common: the value, the formatted time, or what stands for that."""
    if key.date_format is None:
        return columns.at(where, key.path)
    kind = _type(key.date_format)
    found = spot(columns.shape, key.path)
    if found is None or found.type is not FieldType.TIME:
        return Value("null::integer" if kind is FieldType.NUMBER else "null::text", kind)
    value = columns.values[found.name]
    if key.date_format.tells_apart:
        return Value(truncated(value.sql, key.date_format.unit), FieldType.TIME)
    return Value(written(where, value.sql, key.date_format), kind)


def _type(date_format: DateFormat) -> FieldType:
    return FieldType.TEXT if date_format.part is None else FieldType.NUMBER


def _said(
    where: Where, stage: Group, rows: Rows, keys: Sequence[Value], groups: LiteralString, *, keeps_order: bool
) -> Rows:
    """The groups as rows: by name, and in the order of the keys."""
    shape = after(stage, rows.shape)
    values: list[Value] = []
    for position, (key, value) in enumerate(zip(stage.keys, keys, strict=True)):
        x = numbered("g.k", position)
        if key.date_format is not None and value.type is FieldType.TIME:
            values.append(Value(written(where, x, key.date_format), _type(key.date_format)))
        else:
            values.append(Value(x, value.type, value.present))
    said: dict[str, LiteralString] = {key.name: value.sql for key, value in zip(stage.keys, values, strict=True)}
    said |= {field.name: numbered("g.a", position) for position, field in enumerate(stage.fields)}
    ordering = [term for value in values for term in _terms(value)] if keeps_order else []
    sql: LiteralString = f"select {selected([said[name] for name in shape], ordering)} from ({groups}) g"
    return Rows(sql=sql, shape=shape, order=tuple(ordering))


def _terms(value: Value) -> list[Term]:
    """Those of the order, and one by which no two groups tie, so that pages are stable."""
    if value.type in (FieldType.JSON, FieldType.TEXTS):
        return [*terms(value), Term(value.sql)]
    return terms(value)
