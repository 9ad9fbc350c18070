"""One entity, every dialect: all of them write on one timeline, and each reads its own unless the token sees all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import httpx
import pytest

from tests.builders import draft
from tests.tenants import Tenant
from whence.dialects import discover
from whence.domain.access import Right, Sees
from whence.domain.entity import Tag

Client = httpx.AsyncClient
_RIGHTS: Final = (Right.ADMIN,)  # webhooks are made with nothing less


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """How one dialect's client writes an event on the service `shop`, and what titles it reads there afterwards."""

    write: Callable[[Client, str], Awaitable[httpx.Response]]
    read: Callable[[Client, str], Awaitable[list[str]]]
    header: Callable[[str], Mapping[str, str]] = lambda token: {"authorization": f"Bearer {token}"}


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401  whatever JSON says
    return answer.raise_for_status().json()


async def _native_read(client: Client, entity: str) -> list[str]:
    return [event["title"] for event in _json(await client.get(f"/v1/entities/{entity}/events"))["events"]]


async def _komodor_read(client: Client, entity: str) -> list[str]:
    del entity
    return [event["summary"] for event in _json(await client.get("/mgmt/v1/events"))["events"]]


async def _desk_read(client: Client, entity: str) -> list[str]:
    page = _json(await client.get("/api/v2/events", params={"eventSelector": f'entityId("{entity}")'}))
    return [event["title"] for event in page["events"]]


async def _cloudforet_write(client: Client, title: str) -> httpx.Response:
    """By a webhook of its own, whose address is the only credential."""
    plugin = {"plugin_id": "plugin-api-direct-mon-webhook"}
    asked = {"name": title, "plugin_info": plugin, "project_id": "project-1"}
    made = _json(await client.post("/monitoring/webhook/create", json=asked))
    signal = {"event_key": title, "title": title, "resources": ["Shop"]}
    return await client.post(httpx.URL(made["webhook_url"]).path, json=signal)


async def _cloudforet_read(client: Client, entity: str) -> list[str]:
    del entity
    page = _json(await client.post("/monitoring/v1/event/list", json={"query": {"only": ["title"]}}))
    return [event["title"] for event in page["results"]]


async def _cortex_read(client: Client, entity: str) -> list[str]:
    del entity
    return [event["title"] for event in _json(await client.get("/api/v1/catalog/shop/custom-events"))["events"]]


def _desk_event(title: str) -> dict[str, object]:
    tag = {"context": "CONTEXTLESS", "key": "lane", "value": "green"}
    rules = {"tagRule": [{"meTypes": ["SERVICE"], "tags": [tag]}]}
    return {"eventType": "CUSTOM_INFO", "source": "s", "title": title, "description": "d", "attachRules": rules}


def _cortex_event(title: str) -> dict[str, object]:
    return {"title": title, "type": "OPS", "timestamp": datetime.now(UTC).isoformat()}


SPEAKERS: Final[Mapping[str, Speaker]] = {
    "native": Speaker(
        write=lambda client, title: client.post("/v1/events", json={"title": title, "entities": ["shop"]}),
        read=_native_read,
    ),
    "komodor": Speaker(
        write=lambda client, title: client.post(
            "/mgmt/v1/events",
            json={"eventType": "x", "summary": title, "scope": {"clusters": ["c"], "servicesNames": ["Shop"]}},
        ),
        read=_komodor_read,
        header=lambda token: {"x-api-key": token},
    ),
    "desk": Speaker(
        write=lambda client, title: client.post("/api/v1/events", json=_desk_event(title)),
        read=_desk_read,
        header=lambda token: {"authorization": f"Api-Token {token}"},
    ),
    "cloudforet": Speaker(write=_cloudforet_write, read=_cloudforet_read),
    "cortex": Speaker(
        write=lambda client, title: client.post("/api/v1/catalog/shop/custom-events", json=_cortex_event(title)),
        read=_cortex_read,
    ),
}
_SEES_EVERYTHING: Final = "native"


async def _tagged(tenant: Tenant) -> str:
    """The service `shop`, by every name that a dialect calls it by; its id."""
    lane = Tag(key="lane", value="green")
    (shop,) = await tenant.register(draft("Shop", tag="shop", cluster="c", tags=(lane,)))
    return shop.id


def test_every_dialect_is_asked() -> None:
    """A new dialect has a line above."""
    assert set(SPEAKERS) == {dialect.name for dialect in discover()}


@pytest.mark.parametrize("sees", list(Sees))
@pytest.mark.parametrize(("writer", "reader"), list(product(SPEAKERS, SPEAKERS)))
async def test_each_reads_its_own_unless_the_token_sees_all(
    tenant: Tenant, client: Callable[[str | None], Client], writer: str, reader: str, sees: Sees
) -> None:
    """[DI2] What one dialect wrote about an entity another reads only with a token that sees all; ours always does."""
    entity = await _tagged(tenant)
    token = await tenant.key(*_RIGHTS, sees=sees)
    plain = client(None)

    def speaks(name: str) -> Client:
        plain.headers = httpx.Headers(SPEAKERS[name].header(token))
        return plain

    (await SPEAKERS[writer].write(speaks(writer), "from one")).raise_for_status()
    (await SPEAKERS[reader].write(speaks(reader), "from the other")).raise_for_status()
    read = await SPEAKERS[reader].read(speaks(reader), entity)

    sees_both = reader in {writer, _SEES_EVERYTHING} or sees is Sees.ALL
    assert sorted(read) == (["from one", "from the other"] if sees_both else ["from the other"])


async def test_all_are_on_one_timeline(tenant: Tenant, client: Callable[[str | None], Client]) -> None:
    """[DI1] The native timeline of the entity shows what each dialect's client wrote about it."""
    entity = await _tagged(tenant)
    token = await tenant.key(*_RIGHTS)
    plain = client(None)
    for name, speaker in SPEAKERS.items():
        plain.headers = httpx.Headers(speaker.header(token))
        (await speaker.write(plain, name)).raise_for_status()

    plain.headers = httpx.Headers(SPEAKERS["native"].header(token))
    assert sorted(await _native_read(plain, entity)) == sorted(SPEAKERS)


@pytest.mark.parametrize("sees", list(Sees))
async def test_deletes_touch_only_their_own(tenant: Tenant, client: Callable[[str | None], Client], sees: Sees) -> None:
    """[DI3] However much a token sees, a dialect that deletes everything of an entity leaves the others' events."""
    entity = await _tagged(tenant)
    token = await tenant.key(*_RIGHTS, sees=sees)
    plain = client(None)
    for name, speaker in SPEAKERS.items():
        plain.headers = httpx.Headers(speaker.header(token))
        (await speaker.write(plain, name)).raise_for_status()

    plain.headers = httpx.Headers(SPEAKERS["cortex"].header(token))
    (await plain.delete("/api/v1/catalog/shop/custom-events")).raise_for_status()

    assert sorted(await _native_read(plain, entity)) == sorted(SPEAKERS.keys() - {"cortex"})
