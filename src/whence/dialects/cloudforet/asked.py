"""What a list asks for, read from its `query`. Pure. Source: Cloudforet contract 11.1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from whence.dialects.cloudforet.asked_condition import (
    OF_ELEMENTS,
    Sent,
    bounded,
    conditions,
    require_parts,
    resolved,
)
from whence.dialects.cloudforet.errors import bad_query, invalid, required, wrong_type
from whence.domain.query.field import Schema
from whence.domain.query.path import MOST_KEYS
from whence.domain.query.question import Condition, Query, Sort, Unwind
from whence.domain.query.refusal import BadQuery

MOST_WORDS: Final = 100
MOST_SORTS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What the rows of a collection hold, in the names of this dialect.

    `aliases`: further names for fields, in conditions. `minimal`: what rows carry where that is asked for. `sort`: the
    order where none is asked for, and behind every other; its last key tells any two rows apart. `word_fields`: the
    texts in which keywords are looked for.
    """

    schema: Schema
    aliases: Mapping[str, str]
    minimal: tuple[str, ...]
    sort: tuple[Sort, ...]
    word_fields: tuple[str, ...]

    @property
    def arrival(self) -> tuple[Sort, ...]:
        """The order in which the rows came."""
        return Sort("created_at"), Sort(self.sort[-1].key)


def query(sent: Mapping[str, Any], fields: Fields, now: datetime) -> Query:
    """The rows that are asked for.

    Raises:
        Fault: the query means nothing.
    """
    for name in ("lookup", "add_fields"):
        if sent.get(name):
            raise invalid(f"query.{name}", "Not supported.")
    every, some, words = chosen(sent, fields, now)
    start, limit = page(sent)
    only = _only(sent, fields)
    unwind = _unwind(sent.get("unwind"), fields, now)
    if unwind is not None and not sent.get("only"):
        raise bad_query("unwind option requires only option.")
    return Query(
        all=every,
        any=some,
        words=words,
        word_fields=fields.word_fields,
        sort=(*sorts(sent.get("sort", ()), "query.sort"), *fields.sort),
        start=start,
        limit=limit,
        only=only,
        count_only=bool(sent.get("count_only")),
        unwind=unwind,
    )


def chosen(
    sent: Mapping[str, Any], fields: Fields, now: datetime
) -> tuple[tuple[Condition, ...], tuple[Condition, ...], tuple[str, ...]]:
    """Which rows a query is about: what all of them pass, what each passes one of, and the words.

    Raises:
        Fault: a condition means nothing, or there is too much of something.
    """
    every = conditions(sent.get("filter", ()), "query.filter", fields.schema, fields.aliases, now)
    some = conditions(sent.get("filter_or", ()), "query.filter_or", fields.schema, fields.aliases, now)
    words = tuple(sent.get("keyword", "").split())
    bounded(words, "query.keyword", MOST_WORDS)
    return every, some, words


def page(sent: Mapping[str, Any]) -> tuple[int, int]:
    """How many rows to leave out, and how many to give at most; (0, 0) for everything."""
    asked: Mapping[str, Any] = sent.get("page") or {}
    limit = int(asked.get("limit", 0))
    return (max(int(asked.get("start", 0)) - 1, 0), limit) if limit > 0 else (0, 0)


def sorts(sent: Sequence[Any], path: str) -> tuple[Sort, ...]:
    """The keys, the most significant first.

    Raises:
        Fault: one of them names nothing.
    """
    bounded(sent, path, MOST_SORTS)
    return tuple(_sort(one, path) for one in sent)


def _sort(sent: object, path: str) -> Sort:
    members: Mapping[str, object] = cast("Mapping[str, object]", sent) if isinstance(sent, Mapping) else {}
    key = members.get("key")
    if not isinstance(key, str) or not key:
        raise invalid(path, "Sort condition should have key.")
    if key.count(".") >= MOST_KEYS:
        raise invalid(path, f"A key has at most {MOST_KEYS} parts.")
    descending = members.get("desc")
    if descending is not None and not isinstance(descending, bool):
        raise wrong_type(f"{path}.desc", "bool")
    return Sort(key, descending=bool(descending))


def _only(sent: Mapping[str, Any], fields: Fields) -> tuple[str, ...]:
    """The paths that rows carry; everything if empty. Aliases are for conditions: rows have names of their own."""
    only = tuple(sent.get("only", ()))
    bounded(only, "query.only")
    for path in only:
        resolved(path, fields.schema)
    return only or (fields.minimal if sent.get("minimal") else ())


def _unwind(sent: Mapping[str, Any] | None, fields: Fields, now: datetime) -> Unwind | None:
    if sent is None:
        return None
    if not (path := sent.get("path", "")):
        raise required("query.unwind.path")
    resolved(path, fields.schema)
    where, tests = "query.unwind.filter", sent.get("filter", ())
    try:
        for one in tests:
            require_parts(Sent.of(one), where, OF_ELEMENTS)
    except BadQuery as bad:
        raise bad_query(bad.reason) from None
    return Unwind(path, conditions(tests, where, fields.schema, fields.aliases, now))
