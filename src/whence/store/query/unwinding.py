"""A row for each element of a list, in SQL."""

from typing import LiteralString

from whence.domain.query.field import FieldType
from whence.domain.query.question import Unwind
from whence.domain.query.shape import Spot, after, spot
from whence.store.query.condition import every
from whence.store.query.rows import ONCE, Rows, selected
from whence.store.query.value import Term
from whence.store.where import Where

_LISTS = frozenset({FieldType.TEXTS, FieldType.JSON})


def unwound(where: Where, stage: Unwind, rows: Rows, *, as_list: bool = False) -> Rows:
    """The rows with the element, or a list of it, in the place of the list, that pass the filter.

    Raises:
        BadQuery: a condition means nothing.
    """
    found = spot(rows.shape, stage.path)
    each = _none(rows) if found is None else _each(where, rows, found, stage, as_list=as_list)
    if not stage.filter:
        return each
    columns = each.columns
    conditions: list[LiteralString] = [columns.passed(where, condition) for condition in stage.filter]
    listed = selected([value.sql for value in columns.values.values()], each.carried)
    sql: LiteralString = f"select {listed} from {each.source} where {every(conditions)}"
    return Rows(sql=sql, shape=each.shape, present=each.present, order=each.order)


def _none(rows: Rows) -> Rows:
    listed = selected([value.sql for value in rows.columns.values.values()], rows.carried)
    sql: LiteralString = f"select {listed} from {rows.source} where false"
    return Rows(sql=sql, shape=rows.shape, present=rows.present, order=rows.order)


def _each(where: Where, rows: Rows, found: Spot, stage: Unwind, *, as_list: bool) -> Rows:
    column = rows.columns.values[found.name].sql
    match found.type:
        case FieldType.TEXTS:
            elements: LiteralString = f"unnest({column})"
            item: LiteralString = "array[u.item]" if as_list else "u.item"
        case FieldType.JSON:
            keys: LiteralString = f"{where.bind(list(found.keys))}::text[]"
            elements = f"jsonb_array_elements(json_list_at({column}, {keys}))"
            item = "jsonb_build_array(u.item)" if as_list else "u.item"
            item = f"nullif(json_replaced({column}, {keys}, {item}), 'null'::jsonb)"
        case _:
            elements, item = f"unnest(array[{column}])", "u.item"
    shape = rows.shape if as_list else after(stage, rows.shape)
    listed: list[LiteralString] = [
        item if name == found.name else value.sql for name, value in rows.columns.values.items()
    ]
    ordering = [*rows.carried, Term("u.position", present=True)] if rows.order else []
    sql: LiteralString = (
        f"select {selected(listed, ordering)} from {rows.source}"
        f" cross join lateral {elements} with ordinality as u (item, position)"
    )
    if found.type not in _LISTS:
        sql += f" where {column} is not null"
    return Rows(sql=sql + ONCE, shape=shape, present=rows.present - {found.name}, order=tuple(ordering))
