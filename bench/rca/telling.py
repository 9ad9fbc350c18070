"""Tell a case to a server over HTTP, as its owner would: an account of its own, its entities, relations and events."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import httpx

from bench.child import TOKEN
from bench.load import InvalidRunError
from bench.rca.cases import Case, Entity, Event
from whence.domain.event import Kind

_PATIENCE: Final = 60.0
_RIGHTS: Final = ("events:read", "events:write", "entities:read", "entities:write")
_TIMEOUT_MINUTES: Final = 10_080  # the longest: no alert ends by itself while a case is measured
_FIRST_YEAR: Final = 1970  # a time before it is a clock that overflowed; the data has some, and the server refuses them


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Which of the case's entities and events the server's ids mean, and the case without what it refused."""

    entities: Mapping[str, str]
    events: Mapping[str, str]
    case: Case


def connected(url: str, token: str = TOKEN) -> httpx.AsyncClient:
    """A client of the server with the token; by default one that may make accounts."""
    return httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=_PATIENCE)


@asynccontextmanager
async def account(admin: httpx.AsyncClient, name: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a new account, for as long as the block runs."""
    await _answer(admin, "POST", "/v1/accounts", {"name": name})
    token = await _answer(admin, "POST", "/v1/tokens", {"name": "bench", "rights": _RIGHTS, "account": name})
    async with connected(str(admin.base_url), token["token"]) as client:
        yield client


async def tell(client: httpx.AsyncClient, case: Case) -> Told:
    """Everything that the case says, told to the client's account.

    Raises:
        InvalidRunError: the server refused something that it should have taken.
    """
    entities = {_id(entity): entity for entity in case.entities}
    await _answer(client, "PUT", "/v1/entities", {"entities": [_entity(*pair) for pair in entities.items()]})
    relations = [{"from": one.source, "to": one.target, "kind": one.kind} for one in case.relations]
    await _answer(client, "PUT", "/v1/relations", {"relations": relations})
    receipts = await _answer(client, "POST", "/v1/events", [_event(event) for event in case.events])
    events: dict[str, str] = {}
    refused: set[str] = set()
    for event, receipt in zip(case.events, receipts["results"], strict=True):
        if receipt["status"] != "rejected":
            events.setdefault(receipt["id"], event.id)  # a further report of an open alert has the id of its event
        elif event.at.year < _FIRST_YEAR:
            refused.add(event.id)
        else:
            raise InvalidRunError(f"{case.id} {event.id}: {receipt['error']}")
    named = {entity_id: entity.id for entity_id, entity in entities.items()}
    return Told(entities=named, events=events, case=case.without(frozenset(refused)))


async def answer(client: httpx.AsyncClient, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The server's answer to a question.

    Raises:
        InvalidRunError: it is no success.
    """
    return _success(await client.get(path, params=parameters))


async def _answer(client: httpx.AsyncClient, method: str, path: str, body: object) -> dict[str, Any]:
    return _success(await client.request(method, path, json=body))


def _success(response: httpx.Response) -> dict[str, Any]:
    if not response.is_success:
        raise InvalidRunError(f"{response.request.url.path}: {response.status_code} {response.text[:500]}")
    return response.json()


def _id(entity: Entity) -> str:
    """The same at every run, so that what an id decides (the order of two that are suspected alike) is so, too."""
    return f"{entity.type}-{blake2b(entity.id.encode(), digest_size=8).hexdigest().upper()}"


def _entity(entity_id: str, entity: Entity) -> dict[str, str]:
    return {"id": entity_id, "tag": entity.id, "type": entity.type, "name": entity.id}


def _event(event: Event) -> dict[str, object]:
    """Without a key, a problem has that of its type, title, source and entity: what its sender would call the same."""
    told: dict[str, object] = {
        "id": event.id,
        "source": "bench",
        "kind": event.kind,
        "type": event.type,
        "severity": event.severity,
        "title": event.title,
        "time": _time(event.at),
        "properties": event.properties,
    }
    if event.entity is not None:
        told["entities"] = [event.entity]
    if event.kind is Kind.PROBLEM:
        told["timeout_minutes"] = _TIMEOUT_MINUTES
    return told


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
