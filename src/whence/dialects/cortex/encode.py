"""From the house's nouns to Cortex's words. Pure. Members are in the order of the contract's examples."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from whence.dialects.cortex import dates
from whence.dialects.cortex.json_text import CUSTOM_DATA, document, member
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.vocabulary import NAME
from whence.domain.entity import Entity
from whence.domain.event import Event, Report


def custom_event(said: Event | Report, event_id: UUID, *, entity: Entity | None = None) -> bytes:
    """An event; in the list of all entities with the one that it is of."""
    body = said.original if said.dialect == NAME else None
    sent = document(body.encode()) if body else {}
    custom_data = _custom_data(said, sent, body or "")
    members: dict[str, bytes] = {} if custom_data is None else {CUSTOM_DATA: custom_data}
    if said.description or sent.get("description") == "":
        members["description"] = to_json(said.description)
    members["timestamp"] = to_json(dates.written(said.span.start))
    members["title"] = to_json(said.title)
    members["type"] = to_json(said.type)
    if said.url or sent.get("url") == "":
        members["url"] = to_json(said.url)
    members["uuid"] = to_json(event_id)
    if entity is not None:
        members["entityTag"] = to_json(entity.tag)
        members["entityId"] = to_json(entity.cid)
    return json_object(members)


def page(name: str, rows: Iterable[bytes], asked: Numbered, total: int) -> bytes:
    """A list: its rows under their name, the one array in it, and what stands beside them."""
    beside = {key: to_json(value) for key, value in asked.beside(total).items()}
    return json_object({name: b"[" + b",".join(rows) + b"]", **beside})


def json_object(members: Mapping[str, bytes]) -> bytes:
    """The compact JSON object of members that are JSON already."""
    return b"{" + b",".join(to_json(name) + b":" + text for name, text in members.items()) + b"}"


def _custom_data(said: Event | Report, sent: Mapping[str, Any], body: str) -> bytes | None:
    """The custom data as it was spelled, while the properties still say the same; None: there is none."""
    kept = to_json(said.properties)
    value = sent.get(CUSTOM_DATA)
    if value is not None and to_json(value) == kept:
        return (member(body, CUSTOM_DATA) or "{}").encode()
    return kept if said.properties else None
