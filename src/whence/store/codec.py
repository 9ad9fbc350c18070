"""How the domain's values lie in columns, and back. JSON is kept as text, so that order and spelling stay."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, cast
from uuid import UUID

import asyncpg
from pydantic_core import from_json, to_json

from whence.domain.cause import Cause, Reason
from whence.domain.entity import Entity, Relation, RelationKind, Tag
from whence.domain.event import Event, Kind, Severity, Span
from whence.domain.link import Link
from whence.domain.scope import ALL_SERVICES, Clause, Places, Scope
from whence.domain.signal import Resource

_FIELDS: Final = ("types", "clusters", "namespaces", "names", "entity_ids")
_KINDS: Final[Mapping[str, Kind]] = {kind.value: kind for kind in Kind}  # a call of the enum takes five times as long
_SEVERITIES: Final[Mapping[str, Severity]] = {severity.value: severity for severity in Severity}
_NOWHERE: Final = Places()
_SHORT: Final = 500  # characters of a scope that may be remembered


def json_text(value: object) -> str:
    """The value as compact JSON; keys in their order."""
    return to_json(value).decode()


def json_value(text: str) -> Any:  # noqa: ANN401  JSON is anything
    """What `json_text` was given, lists for tuples."""
    return from_json(text, cache_strings="keys")


def object_text(properties: Mapping[str, object]) -> str | None:
    """An object's column: null when it is empty."""
    return json_text(properties) if properties else None


def links_text(links: Sequence[Link]) -> str | None:
    """The links' column: null when there is none."""
    return json_text([{"title": link.title, "url": link.url} for link in links]) if links else None


def links_value(text: str | None) -> tuple[Link, ...]:
    """The links of a column."""
    return tuple(Link(**link) for link in json_value(text)) if text else ()


def scope_text(scope: Scope) -> str | None:
    """The scope's column: null for every service of the account, the most common."""
    return None if scope == ALL_SERVICES else clauses_text(scope)


def clauses_text(scope: Scope) -> str:
    """The scope's clauses as a JSON list; a field that does not narrow is left out."""
    return json_text(
        [{name: value for name in _FIELDS if (value := getattr(clause, name))} for clause in scope.clauses]
    )


def scope_value(text: str | None) -> Scope:
    """The scope of a column."""
    if text is None:
        return ALL_SERVICES
    return _short_scope(text) if len(text) <= _SHORT else _scope(text)


def _scope(text: str) -> Scope:
    clauses = cast("list[dict[str, list[str]]]", json_value(text))
    return Scope(clauses=tuple(Clause(**{name: tuple(value) for name, value in c.items()}) for c in clauses))


_short_scope = lru_cache(maxsize=4096)(_scope)  # the events of a page name the same few


def tags_text(tags: Sequence[Tag]) -> str:
    """The tags' column."""
    return json_text([{"context": tag.context, "key": tag.key, "value": tag.value} for tag in tags])


def causes_text(causes: Sequence[Cause]) -> str:
    """The causes' column."""
    return json_text(
        [
            {
                "score": cause.score,
                "entity_id": cause.entity_id,
                "event_id": cause.event_id,
                "reasons": [
                    {
                        "code": reason.code,
                        "weight": reason.weight,
                        "text": reason.text,
                        "event_ids": reason.event_ids,
                        "relations": [(one.source, one.target, one.kind) for one in reason.relations],
                    }
                    for reason in cause.reasons
                ],
            }
            for cause in causes
        ]
    )


def causes_value(text: str | None) -> tuple[Cause, ...]:
    """The causes of a column."""
    return tuple(
        Cause(
            score=cause["score"],
            entity_id=cause["entity_id"],
            event_id=None if cause["event_id"] is None else UUID(cause["event_id"]),
            reasons=tuple(
                Reason(
                    code=reason["code"],
                    weight=reason["weight"],
                    text=reason["text"],
                    event_ids=tuple(map(UUID, reason["event_ids"])),
                    relations=tuple(
                        Relation(source=source, target=target, kind=RelationKind(kind))
                        for source, target, kind in reason["relations"]
                    ),
                )
                for reason in cause["reasons"]
            ),
        )
        for cause in (json_value(text) if text else ())
    )


def resource_value(resource: Resource) -> dict[str, str]:
    """A source's own resource as JSON has it: what it does not say is left out."""
    said = {"resource_id": resource.id, "resource_type": resource.type, "name": resource.name}
    return {name: text for name, text in said.items() if text}


def resource(value: Mapping[str, str]) -> Resource:
    """What `resource_value` was given."""
    return Resource(id=value.get("resource_id", ""), type=value.get("resource_type", ""), name=value.get("name", ""))


def event(row: asyncpg.Record) -> Event:
    """The event of a row that has the columns of `store.events.COLUMNS`, as it is now: what has expired has ended."""
    start = row["occurred_at"]
    is_open, end = row["is_open"], row["ended_at"] or start
    if is_open and row["open_until"] is not None and row["open_until"] <= datetime.now(UTC):
        is_open, end = False, max(row["open_until"], start)
    properties = row["properties"]
    return Event(
        id=row["event_id"],
        kind=_KINDS[row["kind"]],
        type=row["type"],
        severity=_SEVERITIES[row["severity"]],
        title=row["title"],
        description=row["description"],
        url=row["url"],
        links=links_value(row["links"]),
        span=Span(start=start, end=end),
        source=row["source"],
        dialect=row["dialect"],
        scope=scope_value(row["scope"]),
        places=_places(row["clusters"], row["namespaces"], row["services"]),
        properties=json_value(properties) if properties else {},
        original=row.get("original"),
        sender_id=row["sender_id"],
        key=row["key"],
        received_at=row["received_at"],
        updated_at=row["updated_at"],
        report_count=row["report_count"],
        is_open=is_open,
        alert_id=row["alert_id"],
        problem_id=row["problem_id"],
        call=row["call"],
    )


def _places(clusters: list[str] | None, namespaces: list[str] | None, services: list[str] | None) -> Places:
    if clusters is None and namespaces is None and services is None:
        return _NOWHERE
    return Places(clusters=tuple(clusters or ()), namespaces=tuple(namespaces or ()), services=tuple(services or ()))


def entity(row: asyncpg.Record) -> Entity:
    """The entity of a row of the table `entity`."""
    return Entity(
        id=row["entity_id"],
        tag=row["tag"],
        type=row["type"],
        name=row["name"],
        cluster=row["cluster"],
        namespace=row["namespace"],
        description=row["description"],
        aliases=tuple(row["aliases"]),
        tags=tuple(Tag(**tag) for tag in json_value(row["tags"])),
        links=links_value(row["links"]),
        properties=json_value(row["properties"]),
        archived=row["archived"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
    )
