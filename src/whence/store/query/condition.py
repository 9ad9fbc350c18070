"""Conditions as SQL. A condition on a column is plain, so that an index can serve it; it may be null for false."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString

from whence.domain.query.condition import Compared, Holds, Member, OneOf, Present, Reduced, Test, reduced
from whence.domain.query.field import FieldType
from whence.domain.query.number import Number, exact, is_number
from whence.domain.query.path import elements, entries
from whence.domain.query.pattern import Pattern
from whence.domain.query.question import Condition
from whence.store.query.value import SQL_TYPES, Value, alone, straight_to
from whence.store.where import Where

_OF_ELEMENTS: Final = "jsonb_array_elements"


def every(conditions: Iterable[LiteralString]) -> LiteralString:
    """That all of them hold."""
    return " and ".join(conditions) or "true"


def some(conditions: Iterable[LiteralString]) -> LiteralString:
    """That one of them holds."""
    joined = " or ".join(conditions)
    return f"({joined})" if joined else "false"


def passed(where: Where, column: Value | None, keys: tuple[str, ...], condition: Condition) -> LiteralString:
    """That what the keys lead to in the column passes; no column: that nothing does.

    Raises:
        BadQuery: the condition means nothing.
    """
    if column is None:
        return "true" if reduced(condition, FieldType.JSON).passes([None]) else "false"
    asked = reduced(condition, column.type)
    if (held := _held(where, column, keys, asked)) is not None:
        return held
    reached = alone(where, column, keys) if keys else column
    positive = tested(where, reached, asked.test) if reached else _reached(where, column.sql, keys, asked)
    return f"not coalesce({positive}, false)" if asked.negated else positive


def said(where: Where, columns: Sequence[Value], words: Sequence[str]) -> LiteralString:
    """That one of the words is in one of the texts; a number is as good as its digits."""
    patterns = tuple(Pattern.literal(word) for word in words)
    texts: list[LiteralString] = [
        f"{column.sql}::text" if column.type is FieldType.NUMBER else column.sql for column in columns
    ]
    return some(_holds(where, text, patterns) for text in texts)


def _held(where: Where, column: Value, keys: tuple[str, ...], asked: Reduced) -> LiteralString | None:
    """That an indexed object holds one of the scalars at its key, or a list of it; None: an index has no say."""
    if column.indexed is None or asked.negated or len(keys) != 1 or not isinstance(asked.test, OneOf):
        return None
    scalars = _of_type(FieldType.JSON, asked.test.values)
    if not scalars or None in asked.test.values:
        return None
    account, key = json.dumps(str(where.args[0])), json.dumps(keys[0])
    held = [f"{{{account}: {{{key}: {one}}}}}" for scalar in scalars for one in (scalar, f"[{scalar}]")]
    return f"{column.indexed} @> any({where.bind(held)}::jsonb[])"


def _reached(where: Where, x: LiteralString, keys: tuple[str, ...], asked: Reduced) -> LiteralString:
    passes_missing: LiteralString = "true" if Reduced(asked.test).passes([None]) else "false"
    inner = tested(where, Value("reached.value", FieldType.JSON), asked.test)
    if inner == "false":  # whatever the keys lead to: nothing may be bound that no text uses
        return inner
    walked: LiteralString = (
        f"(select coalesce(bool_or({inner}), {passes_missing})"
        f" from json_reached({x}, {where.bind(list(keys))}::text[]) as reached (value))"
    )
    if (straight := straight_to(where, x, keys)) is None:
        return walked
    there = tested(where, Value(straight.sql, FieldType.JSON), asked.test)
    return f"(case when {straight.leads} then {there} else {walked} end)"


def tested(where: Where, value: Value, test: Test) -> LiteralString:
    """That the value passes the test."""
    x = value.sql
    match test:
        case None:
            return "false"
        case Present():
            is_there: LiteralString = f"({x} is not null)"
            return f"coalesce(jsonb_typeof({x}) <> 'null', false)" if value.type is FieldType.JSON else is_there
        case OneOf(values):
            return _one_of(where, value, values)
        case Member(members):
            return _member(where, x, members) if value.type is FieldType.JSON else "false"
        case Compared() | Holds():
            return _each(where, value, test)


def _one_of(where: Where, value: Value, values: Sequence[object]) -> LiteralString:
    x = value.sql
    missing: LiteralString = f"{x} is null"
    if value.type is FieldType.JSON:
        missing = f"{x} is null or {x} @> 'null'::jsonb"
    scalars = _of_type(value.type, values)
    equal: list[LiteralString] = []
    if scalars:
        equal.append(_equal(where, value, scalars))
    if None in values:
        equal.append(missing)
    return some(equal)


def _equal(where: Where, value: Value, scalars: Sequence[object]) -> LiteralString:
    x = value.sql
    match value.type:
        case FieldType.TEXTS:
            return f"{x} && {where.bind(scalars)}::text[]"
        case FieldType.JSON:  # a scalar contains itself, and a list its elements
            return f"coalesce({x} @> any({where.bind(scalars)}::jsonb[]), false)"
        case kind:
            return f"{x} = any({where.bind(scalars)}::{SQL_TYPES[kind]}[])"


def _of_type(kind: FieldType, values: Sequence[object]) -> list[object]:
    """The values that a field of the type can be equal to, as they are bound."""
    match kind:
        case FieldType.TEXT | FieldType.TEXTS:
            return [one for one in values if isinstance(one, str)]
        case FieldType.TIME:
            return [one for one in values if isinstance(one, datetime)]
        case FieldType.TRUTH:
            return [one for one in values if isinstance(one, bool)]
        case FieldType.NUMBER:
            return [exact(one) for one in values if is_number(one)]
        case FieldType.JSON:
            return [_json(one) for one in values if isinstance(one, str | bool) or is_number(one)]


def _json(value: object) -> str:
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def _each(where: Where, value: Value, test: Compared | Holds) -> LiteralString:
    """That the value, or an element of its list, passes."""
    x = value.sql
    match value.type:
        case FieldType.TEXTS:
            return f"exists (select from unnest({x}) as element (item) where {_text(where, 'element.item', test)})"
        case FieldType.JSON:
            item = _scalar(where, "element.item", test)
            items: LiteralString = f"exists (select from {_OF_ELEMENTS}({x}) as element (item) where {item})"
            return f"(case jsonb_typeof({x}) when 'array' then {items} else {_scalar(where, x, test)} end)"
        case FieldType.TEXT:
            return _text(where, x, test)
        case FieldType.NUMBER if isinstance(test, Compared) and is_number(test.value):
            return _number(where, f"{x}::numeric", test, test.value)
        case FieldType.TIME if isinstance(test, Compared) and isinstance(test.value, datetime):
            return f"{x} {test.comparison} {where.bind(test.value)}::timestamptz"
        case _:
            return "false"


def _scalar(where: Where, x: LiteralString, test: Compared | Holds) -> LiteralString:
    """The same of a JSON value that is no list."""
    if isinstance(test, Compared) and is_number(test.value):
        compared = _number(where, f"({x})::numeric", test, test.value)
        return f"(case jsonb_typeof({x}) when 'number' then {compared} else false end)"
    found = _text(where, f"({x} #>> '{{}}')", test)
    return f"(case jsonb_typeof({x}) when 'string' then {found} else false end)"


def _number(where: Where, x: LiteralString, test: Compared, value: Number) -> LiteralString:
    return f"{x} {test.comparison} {where.bind(exact(value))}::numeric"


def _text(where: Where, x: LiteralString, test: Compared | Holds) -> LiteralString:
    if isinstance(test, Holds):
        return _holds(where, x, test.patterns)
    if not isinstance(test.value, str):
        return "false"
    return f'{x} collate "C" {test.comparison} {where.bind(test.value)}::text'


def _holds(where: Where, x: LiteralString, patterns: Sequence[Pattern]) -> LiteralString:
    """That one of the patterns is found; however many there are, they are two values of the statement at most."""
    needles = [pattern.needle for pattern in patterns if pattern.needle is not None]
    others = [pattern.as_sql() for pattern in patterns if pattern.needle is None]
    found: list[LiteralString] = []
    lower: LiteralString = f'lower({x} collate "C")'
    if len(needles) == 1:
        found.append(f"strpos({lower}, {where.bind(needles[0])}::text) > 0")
    elif needles:
        bound = where.bind(needles)
        found.append(
            f"exists (select from unnest({bound}::text[]) as given (needle) where strpos({lower}, needle) > 0)"
        )
    if others:
        found.append(f'{x} collate "C" ~ any({where.bind(others)}::text[])')
    return some(found)


def _member(where: Where, x: LiteralString, members: Sequence[tuple[str, object]]) -> LiteralString:
    """That an object in the list has all the members."""
    has = every(["jsonb_typeof(element.item) = 'object'", *(_has(where, name, value) for name, value in members)])
    exists: LiteralString = f"exists (select from {_OF_ELEMENTS}({x}) as element (item) where {has})"
    return f"(case jsonb_typeof({x}) when 'array' then {exists} else false end)"


def _has(where: Where, name: str, value: object) -> LiteralString:
    member: LiteralString = f"(element.item -> {where.bind(name)}::text)"
    if elements(value) is not None or entries(value) is not None:
        return f"{member} = {where.bind(_json(value))}::jsonb"
    return _one_of(where, Value(member, FieldType.JSON), (value,))
