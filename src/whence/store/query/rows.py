"""Rows on their way through a statement: a select whose columns are numbered, and what orders them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, LiteralString

from whence.domain.query.field import FieldType, Schema
from whence.domain.query.question import Condition, Query, Sort
from whence.domain.query.shape import Shape, of, spot
from whence.domain.query.statistics import Statistics
from whence.store.query.condition import every, passed, said, some
from whence.store.query.relation import Relation
from whence.store.query.value import NOWHERE, Term, Value, at, numbered, terms
from whence.store.where import Where

ONCE: Final = " offset 0"
"""What a select of computed columns ends with. It is planned by itself then; otherwise each stage on top would repeat
the expressions below as often as it names a column, and thirty stages would be a statement without end."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What can be said of rows: a value for each column of their shape."""

    shape: Shape
    values: Mapping[str, Value]

    def at(self, where: Where, path: str) -> Value:
        """What the path leads to."""
        found = spot(self.shape, path)
        return NOWHERE if found is None else at(where, self.values[found.name], found.keys)

    def passed(self, where: Where, condition: Condition) -> LiteralString:
        """That a row passes the condition. Raises as `condition.passed`."""
        found = spot(self.shape, condition.key)
        if found is None:
            return passed(where, None, (), condition)
        return passed(where, self.values[found.name], found.keys, condition)

    def sorted_by(self, where: Where, keys: Sequence[Sort]) -> list[Term]:
        """What orders by the keys."""
        return [term for key in keys for term in terms(self.at(where, key.key), descending=key.descending)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """`sql`: a select of `c0`, `c1`, … as the shape says, and of `o0`, `o1`, …, which order the rows as `order` says.

    What selects from it calls it `p`. `present`: the columns that are never null. `order`: empty where nobody asks.
    `is_few`: all of them are sorted sooner than found in the order of an index, by which every row is looked at.
    """

    sql: LiteralString
    shape: Shape
    present: frozenset[str] = frozenset()
    order: tuple[Term, ...] = ()
    is_few: bool = False

    @property
    def columns(self) -> Columns:
        """The columns, as what selects from the rows says them."""
        values = {
            name: Value(numbered("p.c", position), column.type, name in self.present)
            for position, (name, column) in enumerate(self.shape.items())
        }
        return Columns(self.shape, values)

    @property
    def carried(self) -> list[Term]:
        """What orders the rows, as what selects from them says it."""
        return [replace(term, sql=numbered("p.o", position)) for position, term in enumerate(self.order)]

    @property
    def ordered(self) -> LiteralString:
        """An ORDER BY of what selects from the rows; nothing where nobody asks for an order."""
        if not self.is_few:
            return order_by(self.carried)
        return order_by([replace(term, sql=f"greatest({term.sql})") for term in self.carried])  # no index has that

    @property
    def source(self) -> LiteralString:
        """The rows as an item of FROM."""
        return f"({self.sql}) p"


def order_by(ordering: Sequence[Term]) -> LiteralString:
    """An ORDER BY, or nothing."""
    texts = ", ".join([term.text for term in ordering])
    return f" order by {texts}" if texts else ""


def selected(columns: Sequence[LiteralString], ordering: Sequence[Term]) -> LiteralString:
    """The list of a select that makes rows; one column, where there is none to select."""
    return ", ".join([*named("c", columns), *named("o", [term.sql for term in ordering])]) or "1"


def named(letter: LiteralString, expressions: Sequence[LiteralString]) -> list[LiteralString]:
    """The expressions under numbered names."""
    return [f"{sql} as {numbered(letter, position)}" for position, sql in enumerate(expressions)]


def chosen(where: Where, relation: Relation, schema: Schema, asked: Query | Statistics, order: Sequence[Sort]) -> Rows:
    """The rows that a question is about, with what orders them so.

    Raises:
        BadQuery: a condition means nothing.
    """
    texts = frozenset(name for name, kind in schema.items() if kind is FieldType.TEXT)
    present = texts | relation.present
    columns = Columns(of(schema), {name: _column(relation, name, schema[name], present) for name in schema})
    conditions: list[LiteralString] = [columns.passed(where, condition) for condition in asked.all]
    if asked.any:
        conditions.append(some([columns.passed(where, condition) for condition in asked.any]))
    if asked.words:
        conditions.append(said(where, [columns.values[name] for name in asked.word_fields], asked.words))
    ordering = columns.sorted_by(where, order)
    listed = selected([value.sql for value in columns.values.values()], ordering)
    sql: LiteralString = f"select {listed} from {relation.source} where {every(conditions)}"
    return Rows(sql=sql, shape=columns.shape, present=present, order=tuple(ordering))


def cut(rows: Rows, limit: LiteralString) -> Rows:
    """The rows in their order, as far as the limit lets them."""
    listed = selected([value.sql for value in rows.columns.values.values()], rows.carried)
    return replace(rows, sql=f"select {listed} from {rows.source}{rows.ordered} {limit}")


def _column(relation: Relation, name: str, kind: FieldType, present: frozenset[str]) -> Value:
    sql = relation.columns[name]
    if kind is not FieldType.JSON:
        return Value(sql, kind, name in present)
    is_object = name in relation.objects
    found: LiteralString = sql if is_object else f"nullif({sql}, 'null'::jsonb)"
    return Value(found, kind, name in present, is_object, relation.indexed.get(name))
