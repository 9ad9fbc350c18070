"""A reader's question as SQL. Its twin is `domain.filter.Filter.matches`; a property test keeps them the same."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString, cast
from uuid import UUID

from whence.domain.entity import Entity
from whence.domain.filter import SEPARATORS, Filter, PropertyTest, Within, folded
from whence.domain.page import Cursor, Order
from whence.domain.scope import keys_of
from whence.store import codec

LOOK_BACK: Final = timedelta(hours=1)  # spans up to this long are found by their start; see migration 0001

# Whether the scope of event `e` matches one of the entities of the JSON list at `?`.
_CONCERNS: Final = """
    exists (
        select from json_to_recordset(coalesce(e.scope, '[{"types":["SERVICE"]}]')) as clause (
            types text[], clusters text[], namespaces text[], names text[], entity_ids text[]
        ), json_to_recordset(?::json) as entity (id text, type text, cluster text, namespace text, name text)
        where (types is null or entity.type = any(types))
        and (clusters is null or entity.cluster = any(clusters))
        and (namespaces is null or entity.namespace = any(namespaces))
        and (names is null or entity.name = any(names))
        and (entity_ids is null or entity.id = any(entity_ids))
    )
"""

# Whether the type of event `e`, as `domain.filter.one_word` has it, is one of some words. No locale has a say in it.
_ONE_WORD: Final = "lower(regexp_replace(e.type collate \"C\", ?, '', 'g')) = any(?::text[])"
# Whether event `e` may concern somebody in a place of a kind that it names none of: entities alone are where they are.
_ANYWHERE: Final[LiteralString] = """
    (e.scope is null or exists (
        select from json_to_recordset(e.scope) as clause (entity_ids json) where clause.entity_ids is null
    ))
"""


class Where:
    """Conditions joined by AND, each a fixed text with `?` for its values; the account comes first, as $1."""

    def __init__(self, account: UUID) -> None:
        self._account = account
        self.args: list[object] = [account]
        self._conditions: list[LiteralString] = []

    def apart(self) -> "Where":
        """Conditions of their own, with values in the same statement."""
        other = Where(self._account)
        other.args = self.args
        return other

    def bind(self, value: object) -> LiteralString:
        """The placeholder that stands for the value."""
        self.args.append(value)
        return cast("LiteralString", f"${len(self.args)}")

    def add(self, condition: LiteralString, *values: object) -> None:
        """One more condition."""
        self._conditions.append(self.fill(condition, *values))

    def fill(self, text: LiteralString, *values: object) -> LiteralString:
        """The text with a placeholder for each `?`; what is filled in are numbers, never data."""
        first, *rest = text.split("?")
        return first + "".join(self.bind(v) + part for v, part in zip(values, rest, strict=True))

    @property
    def text(self) -> LiteralString:
        """All the conditions; true when there is none."""
        return " and ".join(self._conditions) or "true"


def attributes(where: Where, asked: Filter) -> None:
    """What the filter asks of event `e` itself: all but the window and the entities concerned."""
    _listed(where, _of_cell(asked))
    _listed(
        where,
        (
            ("e.call = any(?::text[])", asked.calls),
            ("e.clusters && ?::text[]", asked.clusters),
            ("e.namespaces && ?::text[]", asked.namespaces),
            ("e.services && ?::text[]", asked.services),
        ),
    )
    _type_words(where, asked.type_words)  # behind the columns, which cost less to look at
    if asked.is_open is not None:
        still = "(e.is_open and (e.open_until is null or e.open_until > ?)) = ?"
        where.add(still, datetime.now(UTC), asked.is_open)
    if asked.keys:
        where.add("e.key = any(?::text[])", list(asked.keys))
    if asked.problems:
        where.add(
            "e.alert_id in (select a.alert_id from alert a where a.account_id = $1 and a.problem_id = any(?::uuid[]))",
            list(asked.problems),
        )
    _since(where, asked)
    if asked.within is not None:
        _within(where, asked.within)
    for word in folded(asked.words):
        where.add("strpos(e.search, ?) > 0", word)
    for test in asked.properties:
        _property(where, test)


def of_cell(where: Where, asked: Filter) -> LiteralString:
    """What the filter asks of the cell `e` that an event is counted in; true when it asks nothing of that."""
    cell = where.apart()
    _listed(cell, _of_cell(asked))
    _type_words(cell, asked.type_words)
    return cell.text


def concerned(where: Where, entities: tuple[Entity, ...]) -> LiteralString:
    """The recheck that event `e` concerns one of the entities."""
    return where.fill(
        _CONCERNS,
        codec.json_text(
            [
                {"id": e.id, "type": e.type, "cluster": e.cluster, "namespace": e.namespace, "name": e.name}
                for e in entities
            ]
        ),
    )


def link_keys(entities: tuple[Entity, ...]) -> list[int]:
    """Every key under which an event that concerns one of the entities can be linked."""
    return sorted({key for entity in entities for key in keys_of(entity)})


def behind(cursor: Cursor | None, where: Where, table: LiteralString) -> LiteralString:
    """The condition that a row of the table comes after the cursor."""
    if cursor is None:
        return "true"
    sign: LiteralString = "<" if cursor.order is Order.NEWEST else ">"
    return where.fill(f"({table}.occurred_at, {table}.event_id) {sign} (?, ?)", cursor.at, cursor.event_id)


def _of_cell(asked: Filter) -> tuple[tuple[LiteralString, tuple[str, ...]], ...]:
    return (
        ("e.type = any(?::text[])", asked.types),
        ("e.kind = any(?::text[])", asked.kinds),
        ("e.severity = any(?::text[])", asked.severities),
        ("e.source = any(?::text[])", asked.sources),
        ("e.dialect = any(?::text[])", asked.dialects),
    )


def _listed(where: Where, columns: Iterable[tuple[LiteralString, tuple[str, ...]]]) -> None:
    for condition, values in columns:
        if values:
            where.add(condition, [str(value) for value in values])


def _type_words(where: Where, words: tuple[str, ...]) -> None:
    if words:
        where.add(_ONE_WORD, SEPARATORS, list(words))


def _since(where: Where, asked: Filter) -> None:
    if asked.began_since is not None:
        where.add("e.occurred_at >= ?", asked.began_since)
    if asked.updated_since is not None:
        where.add("e.updated_at >= ?", asked.updated_since)


def _within(where: Where, within: Within) -> None:
    columns: tuple[tuple[LiteralString, tuple[str, ...]], ...] = (
        (f"(e.clusters && ?::text[] or (e.clusters is null and {_ANYWHERE}))", within.clusters),
        (f"(e.namespaces && ?::text[] or (e.namespaces is null and {_ANYWHERE}))", within.namespaces),
        (f"(e.services && ?::text[] or (e.services is null and {_ANYWHERE}))", within.services),
    )
    for condition, names in columns:
        if names:
            where.add(condition, list(names))
    if within.narrows:
        where.add("(e.scope is null or json_array_length(e.scope) > 0)")


def _property(where: Where, test: PropertyTest) -> None:
    readings = [
        where.fill(
            "(json_typeof(e.properties #> ?) in ('string', 'number', 'boolean')"
            " and e.properties #>> ? = any(?::text[]))",
            list(keys),
            list(keys),
            sorted(test.spellings()),
        )
        for keys in test.readings()
    ]
    where.add(cast("LiteralString", f"({' or '.join(readings)})"))
