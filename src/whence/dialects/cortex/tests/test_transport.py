"""A1, A3, C2: paths, tags, what a request calls its content, sizes, and the connection."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import GOOD, body, is_error, is_missing, made, titles
from whence.dialects.cortex.tests.conftest import EVENTS, MakeClient
from whence.domain.entity import Entity
from whence.server import House

CATALOG = "/api/v1/catalog"
TAGS = {
    "checkout": "checkout",
    "/team/pay//api": "%2Fteam%2Fpay%2F%2Fapi",
    "/": "%2F",
    "//": "%2F%2F",
    "a/": "a%2F",
    "payments api:v2": "payments%20api%3Av2",
    "a+b": "a+b",
    "100%": "100%25",
    "%2F": "%252F",
    "é☃": "%C3%A9%E2%98%83",
    ".": "%2E",
    "..": "%2E%2E",
    "a?b#c": "a%3Fb%23c",
    "custom-events": "custom-events",
    "en4f0c7a91d2e6b83": "en4f0c7a91d2e6b83",
}


@asynccontextmanager
async def served(house: House) -> AsyncGenerator[tuple[str, int]]:
    """The service on a socket of the real server."""
    config = uvicorn.Config(
        house.app,
        port=0,
        http="httptools",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        backlog=2048,
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield host, port
        server.should_exit = True


async def test_a_tag_is_any_text_in_one_segment(tenant: Tenant, speak: MakeClient) -> None:
    """[A3.3 to A3.5] Slashes at either end and doubled ones count, and each tag is of one entity only."""
    await tenant.register(*(draft(f"e{n}", tag=tag) for n, tag in enumerate(TAGS)))
    cortex = speak(await tenant.key())

    for tag, encoded in TAGS.items():
        await made(cortex, f"{CATALOG}/{encoded}/custom-events", title=tag)

    assert {tag: await titles(cortex, f"{CATALOG}/{TAGS[tag]}/custom-events") for tag in TAGS} == {
        tag: [tag] for tag in TAGS
    }


async def test_a_path_reaches_the_server_as_it_was_sent(house: House, tenant: Tenant) -> None:
    """[A3.4, C2.5] Nothing between the socket and the route decodes or collapses it."""
    await tenant.register(draft("api", tag="/team/pay//api"))
    headers = {"authorization": f"Bearer {await tenant.key()}"}
    async with served(house) as (host, port), AsyncClient(base_url=f"http://{host}:{port}", headers=headers) as cortex:
        there = await made(cortex, f"{CATALOG}/%2Fteam%2fpay%2F%2Fapi/custom-events")
        one = await cortex.get(f"{CATALOG}/%2Fteam%2Fpay%2F%2Fapi/custom-events/{there['uuid']}")
        collapsed = await cortex.get(f"{CATALOG}/%2Fteam%2Fpay%2Fapi/custom-events")
        bare = await cortex.get(f"{CATALOG}//team/pay//api/custom-events")

    assert one.json() == there
    is_missing(collapsed, "Entity not found: /team/pay/api")
    is_missing(bare, f"No such path: {CATALOG}//team/pay//api/custom-events")


@pytest.mark.parametrize(
    ("segment", "shown"),
    [
        ("nope", "nope"),
        ("Checkout-API", "Checkout-API"),
        ("checkout-api%20", "checkout-api "),
        ("%2Fcheckout-api", "/checkout-api"),
        ("en0000000000000000", "en0000000000000000"),
        ("en4F0C", "en4F0C"),
        ("%00", "\0"),
        ("%FF", "\N{REPLACEMENT CHARACTER}"),
        ("a%C3", "a\N{REPLACEMENT CHARACTER}"),
        ("a%ED%A0%80b", "a" + 3 * "\N{REPLACEMENT CHARACTER}" + "b"),
        ("x" * 3000, "x" * 1000 + "…"),
    ],
)
@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("POST", ""), ("DELETE", ""), ("GET", "/{uuid}")])
async def test_who_is_not_there_is_not_found(
    cortex: AsyncClient, method: str, rest: str, segment: str, shown: str
) -> None:
    """[A3.6, A7.1] Compared exactly; malformed ids and what is no text too."""
    where = f"{CATALOG}/{segment}/custom-events" + rest.format(uuid="a1740c9e-2d5b-4b0f-8c3e-91f6d7e80b25")

    is_missing(await cortex.request(method, where, json=GOOD), f"Entity not found: {shown}")


async def test_an_entity_is_its_tag_or_its_generated_id(cortex: AsyncClient, checkout: Entity) -> None:
    """[A3.1, A3.2] And neither its whole id nor the id in another case."""
    event = await made(cortex, EVENTS)

    by_id = await cortex.get(f"{CATALOG}/{checkout.cid}/custom-events/{event['uuid']}")

    assert by_id.json() == event
    for other in (checkout.id, checkout.cid.upper(), checkout.cid[:-1], checkout.name):
        is_missing(await cortex.get(f"{CATALOG}/{other}/custom-events"), f"Entity not found: {other}")


async def test_a_tag_comes_before_an_id_and_an_alias_is_none(tenant: Tenant, speak: MakeClient) -> None:
    """[A3.2] Whatever the order in which the house looks names up."""
    tag = "en4f0c7a91d2e6b835"
    await tenant.register(draft("by tag", tag=tag, aliases=("other-name",)))
    (by_id,) = await tenant.register(draft("by id", tag="first", id=f"SERVICE-{tag[2:].upper()}"))
    cortex = speak(await tenant.key())

    await made(cortex, f"{CATALOG}/{tag}/custom-events")

    assert by_id.cid == tag
    assert await titles(cortex, f"{CATALOG}/{tag}/custom-events") == ["Flag turned on"]
    assert await titles(cortex, f"{CATALOG}/first/custom-events") == []
    is_missing(await cortex.get(f"{CATALOG}/other-name/custom-events"), "Entity not found: other-name")


@pytest.mark.parametrize("kind", ["application/yaml", "application/json;charset=UTF-8", "text/plain", ""])
async def test_what_the_content_is_called_does_not_matter(cortex: AsyncClient, kind: str) -> None:
    """[C2.1, A1.3] Every GET of the CLI says YAML and has no body; a DELETE has one that nobody reads."""
    named = {"content-type": kind}
    posted = await cortex.post(EVENTS, content=json.dumps(GOOD), headers=named)
    where = f"{EVENTS}/{posted.json()['uuid']}"

    assert (await cortex.get(where, headers=named)).json() == posted.json()
    assert (await cortex.get(EVENTS, headers=named)).json()["total"] == 1
    assert (await cortex.put(where, content=json.dumps(GOOD), headers=named)).status_code == 200
    assert (await cortex.request("DELETE", where, content="{}", headers=named)).status_code == 204
    assert (await cortex.request("DELETE", EVENTS, content=b"\xff[", headers=named)).status_code == 204


async def test_a_trailing_slash_means_the_same(cortex: AsyncClient) -> None:
    """[A8] On every path, and never by a redirect."""
    event = await made(cortex, f"{EVENTS}/")
    one = f"{EVENTS}/{event['uuid']}"

    assert (await cortex.get(f"{one}/")).json() == event
    assert (await cortex.get(f"{EVENTS}/?page=0")).json()["events"] == [event]
    assert (await cortex.put(f"{one}/", json=body(title="x"))).json()["title"] == "x"
    assert (await cortex.delete(f"{one}/")).status_code == 204
    assert (await cortex.delete(f"{EVENTS}/")).status_code == 204
    assert (await cortex.get("/api/v1/custom-events/")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"{CATALOG}/checkout-api/custom-event",
        f"{CATALOG}/checkout-api/custom-events/a/b",
        f"{CATALOG}//custom-events",
        f"{CATALOG}/a/b/custom-events",
        "/api/v1/open-api/nothing",
        "/api/v1/custom-events/nothing",
        "/api/v1/relationship-nothing",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
async def test_an_unknown_path_is_told_after_the_key(
    cortex: AsyncClient, anonymous: AsyncClient, method: str, path: str
) -> None:
    """[A2.4, A7.1] 401 for who may not come in, 404 for who may; the path as it was sent."""
    is_missing(await cortex.request(method, f"{path}?x=1"), f"No such path: {path}")
    refused = await anonymous.request(method, path)
    is_error(refused, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


@pytest.mark.parametrize("path", ["teams", "nope", "nope/a%2Fb", "events/a/b/c", ""])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_path_is_of_whose_key_came_with_it(
    cortex: AsyncClient, anonymous: AsyncClient, method: str, path: str
) -> None:
    """[A2.4, A7.1, C2.11] Others have calls below `/api/v1`, too: a bearer's key is one of ours, good or bad."""
    path = f"/api/v1/{path}"

    is_missing(await cortex.request(method, path), f"No such path: {path}")
    refused = await anonymous.request(method, path, headers={"authorization": "bearer nobody"})
    is_error(refused, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")
    for theirs in ({}, {"authorization": "Api-Token nobody"}, {"authorization": "Bearer nobody", "x-api-key": "a"}):
        assert "httpStatus" not in (await anonymous.request(method, path, headers=theirs)).json()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{CATALOG}/checkout-api//"), ("GET", f"{CATALOG}/checkout%2Dapi//"), ("GET", f"{CATALOG}//"),
        ("PUT", f"{CATALOG}/checkout-api/unarchive//"), ("DELETE", f"{CATALOG}/checkout-api///"),
        ("GET", f"{EVENTS}//"), ("DELETE", f"{EVENTS}//"), ("GET", "/api/v1/custom-events//"),
        ("PATCH", "/api/v1/open-api//"),
    ],
)  # fmt: skip
async def test_two_slashes_at_the_end_are_not_one(
    admin: AsyncClient, anonymous: AsyncClient, checkout: Entity, method: str, path: str
) -> None:
    """[A3.4] Never collapsed: nothing is at such a path, and nothing happens."""
    is_missing(await admin.request(method, path), f"No such path: {path}")

    assert (await anonymous.request(method, path)).status_code == 401
    assert (await admin.get(f"{CATALOG}/{checkout.tag}/?x=//")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", EVENTS, "DELETE, GET, HEAD, POST"),
        ("PATCH", f"{EVENTS}/a1740c9e-2d5b-4b0f-8c3e-91f6d7e80b25", "DELETE, GET, HEAD, PUT"),
        ("POST", f"{EVENTS}/not-a-uuid", "DELETE, GET, HEAD, PUT"),
        ("DELETE", "/api/v1/custom-events", "GET, HEAD"),
        ("OPTIONS", EVENTS, "DELETE, GET, HEAD, POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    cortex: AsyncClient, anonymous: AsyncClient, method: str, path: str, allowed: str
) -> None:
    """[A7.1] 405 with `Allow`, behind the key."""
    answer = await cortex.request(method, path)

    is_error(answer, 405, "UNCATEGORIZED", "Method Not Allowed", f"Method not allowed: {method}")
    assert answer.headers["allow"] == allowed
    assert (await anonymous.request(method, path)).status_code == 401


async def test_a_body_has_two_megabytes(cortex: AsyncClient, anonymous: AsyncClient) -> None:
    """[A1.5, A2.6] 413 above, once the key is known to be good; the rest is not read."""
    limit = 2 * 1024 * 1024
    sent = json.dumps(GOOD)[:-1] + ', "description": "'
    full = sent + "d" * (limit - len(sent) - 2) + '"}'

    taken = await cortex.post(EVENTS, content=full)
    refused = await cortex.post(EVENTS, content=full + " ")
    unknown = await anonymous.post(EVENTS, content=full + " ")

    assert len(full) == limit
    assert taken.status_code == 200
    is_error(refused, 413, "BAD_REQUEST", "Payload Too Large", f"Request body is larger than {limit} bytes")
    assert refused.headers["connection"] == "close"
    assert unknown.status_code == 401


async def test_nothing_follows_204_on_a_connection_that_stays_open(
    house: House, tenant: Tenant, checkout: Entity
) -> None:
    """[A1.2, A1.4, C2.14] Neither a body, nor a type or a length of one."""
    assert checkout.tag in EVENTS
    key = await tenant.key()
    head = f"host: localhost\r\nauthorization: bearer {key}\r\ncontent-length: 2\r\n\r\n{{}}"
    async with served(house) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        for _ in range(2):
            writer.write(f"DELETE {EVENTS} HTTP/1.1\r\n{head}".encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert answer.startswith(b"http/1.1 204 ")
            assert b"content-type" not in answer
            assert b"content-length" not in answer
            assert b"transfer-encoding" not in answer
        writer.write(f"GET {EVENTS} HTTP/1.1\r\n{head}".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def test_a_head_is_a_get_without_its_body(cortex: AsyncClient) -> None:
    answer = await cortex.head(EVENTS)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"


async def test_250_connections_make_a_thousand_events(house: House, tenant: Tenant, checkout: Entity) -> None:
    """[A1.7, C2.18] All of them are there, none of them twice, and no connection is reset."""
    assert checkout.tag in EVENTS
    head = f"POST {EVENTS} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {await tenant.key()}\r\n"

    async def send(host: str, port: int, sender: int) -> list[str]:
        reader, writer = await asyncio.open_connection(host, port)
        uuids: list[str] = []
        for n in range(4):
            sent = json.dumps(body(title=f"{sender}-{n}"))
            writer.write(f"{head}content-length: {len(sent)}\r\n\r\n{sent}".encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            uuids.append(json.loads(await reader.readexactly(length))["uuid"])
        writer.close()
        return uuids

    async with served(house) as (host, port):
        sent = [uuid for some in await asyncio.gather(*(send(host, port, n) for n in range(250))) for uuid in some]
        headers = {"authorization": f"Bearer {await tenant.key()}"}
        async with AsyncClient(base_url=f"http://{host}:{port}", headers=headers) as cortex:
            listed = (await cortex.get(EVENTS, params={"pageSize": 1000})).json()

    assert listed["total"] == 1000
    assert sorted(event["uuid"] for event in listed["events"]) == sorted(sent)
    assert {event["title"] for event in listed["events"]} == {f"{s}-{n}" for s in range(250) for n in range(4)}


async def test_a_key_decides_the_account(account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] The same tag in two accounts is two entities."""
    clients: list[httpx.AsyncClient] = []
    for _ in range(2):
        tenant = await account()
        await tenant.register(draft("Checkout API", tag="checkout-api"))
        clients.append(speak(await tenant.key()))
    mine, theirs = clients
    event = await made(mine, EVENTS)

    is_missing(await theirs.get(f"{EVENTS}/{event['uuid']}"), f"Custom event not found: {event['uuid']}")
    assert (await theirs.delete(EVENTS)).status_code == 204
    assert await titles(theirs, EVENTS) == []
    assert await titles(mine, EVENTS) == ["Flag turned on"]
