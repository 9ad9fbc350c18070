"""A value in a statement: an expression, and what type of field it is."""

from dataclasses import dataclass
from typing import Final, LiteralString, cast

from whence.domain.query.field import FieldType
from whence.store.where import Where


@dataclass(frozen=True, slots=True)
class Value:
    """`present`: it is never null. `is_object`: it is an object, wherever it is not null. `indexed`: see `Relation`.

    An expression of JSON is null where the value is missing or JSON null.
    """

    sql: LiteralString
    type: FieldType
    present: bool = False
    is_object: bool = False
    indexed: LiteralString | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One expression of an ORDER BY."""

    sql: LiteralString
    descending: bool = False
    present: bool = False

    @property
    def text(self) -> LiteralString:
        """The expression with its direction; what is missing is the least."""
        if self.present:
            return f"{self.sql} desc" if self.descending else self.sql
        return f"{self.sql} desc nulls last" if self.descending else f"{self.sql} nulls first"


SQL_TYPES: Final[dict[FieldType, LiteralString]] = {
    FieldType.TEXT: "text",
    FieldType.TIME: "timestamptz",
    FieldType.TEXTS: "text[]",
    FieldType.JSON: "jsonb",
    FieldType.NUMBER: "numeric",
    FieldType.TRUTH: "boolean",
}
NOWHERE: Final = Value("null::jsonb", FieldType.JSON)
_ISO: Final = """'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""
_ISO_SECONDS: Final = """'YYYY-MM-DD"T"HH24:MI:SS"Z"'"""


def numbered(letter: LiteralString, number: int) -> LiteralString:
    """The name of a column: a letter and a number, never data."""
    return letter + cast("LiteralString", str(number))


def at(where: Where, column: Value, keys: tuple[str, ...]) -> Value:
    """The one value that the keys lead to in the JSON of the column."""
    if not keys:
        return column
    if (only := alone(where, column, keys)) is not None:
        return only
    found: LiteralString = f"json_at({column.sql}, {where.bind(list(keys))}::text[])"
    if (straight := straight_to(where, column.sql, keys)) is not None:
        found = f"case when {straight.leads} then {straight.sql} else {found} end"
    return Value(f"nullif({found}, 'null'::jsonb)", FieldType.JSON)


def alone(where: Where, column: Value, keys: tuple[str, ...]) -> Value | None:
    """What a single key leads to in an object; None where there may be more to look at.

    Plain enough for PostgreSQL to share among processes, as what has a subquery in it is not.
    """
    if not column.is_object or len(keys) != 1:
        return None
    return Value(f"nullif({column.sql} -> {where.bind(keys[0])}::text, 'null'::jsonb)", FieldType.JSON)


@dataclass(frozen=True, slots=True)
class Straight:
    """What short keys lead to in most documents, and the condition that they do; several times faster than to walk."""

    leads: LiteralString
    sql: LiteralString


def straight_to(where: Where, x: LiteralString, keys: tuple[str, ...]) -> Straight | None:
    """The way where no list and no key with a dot is in it; None for more than two keys."""
    match keys:
        case (key,):
            return Straight(f"coalesce(jsonb_typeof({x}), '') <> 'array'", f"({x} -> {where.bind(key)}::text)")
        case (first, second):
            outer: LiteralString = f"{x} -> {where.bind(first)}::text"
            whole = where.bind(f"{first}.{second}")
            leads: LiteralString = f"jsonb_typeof({outer}) = 'object' and not jsonb_exists({x}, {whole}::text)"
            return Straight(leads, f"({outer} -> {where.bind(second)}::text)")
        case _:
            return None


def terms(value: Value, *, descending: bool = False) -> list[Term]:
    """What orders by the value, as `domain.query.ordering` does."""
    x = value.sql
    match value.type:
        case FieldType.TEXT:
            ordering: list[tuple[LiteralString, bool]] = [(f'{x} collate "C"', value.present)]
        case FieldType.TEXTS:
            ordering = [(f"({x} is not null)", True)]
        case FieldType.JSON:
            ordering = [(rank(x), True), (f"coalesce({number(value)}, {truth(x)}::integer)", False), (text(x), False)]
        case _:
            ordering = [(x, value.present)]
    return [Term(sql, descending, present) for sql, present in ordering]


def rank(x: LiteralString) -> LiteralString:
    """Where the type of a JSON value stands in the order."""
    return (
        f"case jsonb_typeof({x}) when 'number' then 1 when 'string' then 2 when 'object' then 3"
        " when 'array' then 4 when 'boolean' then 5 else 0 end"
    )


def text(x: LiteralString) -> LiteralString:
    """The JSON value if it is a text."""
    return f"""case jsonb_typeof({x}) when 'string' then {x} #>> '{{}}' end collate "C\""""


def truth(x: LiteralString) -> LiteralString:
    """The JSON value if it is a boolean."""
    return f"case jsonb_typeof({x}) when 'boolean' then ({x})::boolean end"


def number(value: Value) -> LiteralString:
    """The value if it is a number."""
    match value.type:
        case FieldType.NUMBER:
            return f"({value.sql})::numeric"
        case FieldType.JSON:
            return f"case jsonb_typeof({value.sql}) when 'number' then ({value.sql})::numeric end"
        case _:
            return "null::numeric"


def json(value: Value, *, seconds: bool = False) -> LiteralString:
    """The value as JSON, a time as its text."""
    match value.type:
        case FieldType.JSON:
            return value.sql
        case FieldType.TIME:
            template = _ISO_SECONDS if seconds else _ISO
            return f"to_jsonb(to_char({value.sql} at time zone 'UTC', {template}))"
        case _:
            return f"to_jsonb({value.sql})"
