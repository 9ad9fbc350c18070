"""Paths, methods, sizes, and everything that can go wrong around a call."""

import asyncio
from dataclasses import replace

import httpx
import pytest
import uvicorn
from httpx import AsyncClient, Response

from tests.builders import asked
from tests.logged import logged
from tests.tenants import Tenant
from whence.access import Access
from whence.dialects import Context
from whence.dialects.komodor import DIALECT, errors
from whence.dialects.komodor.tests.test_create import EVENTS, GOOD
from whence.domain.errors import Refusal
from whence.edge import Edge
from whence.ingest import Ingest
from whence.server import House
from whence.store.pool import Address, Pool


def envelope(answer: Response, status: int, message: str) -> None:
    """The answer is this error, and nothing else."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"error": {"code": status, "message": message, "requestID": answer.headers["x-request-id"]}}


@pytest.mark.parametrize(
    "path",
    [
        "/mgmt/v1/jobs",
        "/mgmt/v1/events/a/b/c",
        "/mgmt/",
        "/v0/unknown",
        "/v0/",
        "/api/v2/services/issues",
        "/api/v2/health/risks",
        "/api/unknown",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_path_is_not_found(komodor: AsyncClient, method: str, path: str) -> None:
    """[1, 2, 4.5] In the envelope; below `/api/` the header of the credential decides whose."""
    envelope(await komodor.request(method, path), 404, "Not found")


async def test_the_path_is_looked_at_before_the_key(anonymous: AsyncClient) -> None:
    """[4.5] Path, method, key."""
    envelope(await anonymous.post("/mgmt/v1/jobs"), 404, "Not found")
    envelope(await anonymous.put(EVENTS), 405, "Method not allowed")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", EVENTS, "GET, HEAD, POST"),
        ("DELETE", f"{EVENTS}/0199c7b2-61f4-7d20-8a0e-52f1c7a9b3d4", "GET, HEAD"),
        ("GET", f"{EVENTS}/0199c7b2-61f4-7d20-8a0e-52f1c7a9b3d4/close", "POST"),
        ("GET", "/api/v2/services/k8s-events", "POST"),
        ("POST", "/api/v2/apikey/validate", "GET, HEAD"),
        ("GET", "/v0/config_change", "POST"),
        ("OPTIONS", "/api/v2/clusters", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    komodor: AsyncClient, method: str, path: str, allowed: str
) -> None:
    """[4.5] 405 with `Allow`: all the methods of the path."""
    answer = await komodor.request(method, path)

    envelope(answer, 405, "Method not allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", [f"{EVENTS}/", "/api/v2/services/k8s-events/", "/v0/image/source//"])
async def test_a_trailing_slash_is_as_good_as_none(komodor: AsyncClient, path: str) -> None:
    """[2] Never a redirect, which turns curl's POST into a GET."""
    answer = await komodor.post(path, json=GOOD | {"image": "x"})

    assert answer.status_code in {201, 202}


_EVENT = "0199c7b2-61f4-7d20-8a0e-52f1c7a9b3d4"
_PLACE = {"cluster": "a", "namespace": "b", "service": "c", "kind": "Deployment"}
_SEARCH = {"scope": _PLACE, "props": {"type": "all"}}
_IN_CLUSTER = {"scope": {"cluster": "a"}, "props": {"type": "all"}}
_ISSUES = {"type": "availability", "statuses": ["open", "closed"]}
_TARGET = "clusterName=a&namespace=b&serviceName=c"
_CALLS: list[tuple[str, str, object]] = [
    ("POST", EVENTS, GOOD),
    ("POST", f"{EVENTS}?dryRun=true", GOOD),
    ("GET", EVENTS, None),
    ("GET", "/mgmt/v1/apikey/validate", None),
    ("GET", "/mgmt/v1/openapi.json", None),
    ("POST", "/api/v2/services/k8s-events", GOOD),
    ("POST", "/api/v2/services/k8s-events/search", _SEARCH),
    ("POST", "/api/v2/clusters/k8s-events/search", _IN_CLUSTER),
    ("POST", "/api/v2/services/search", {}),
    ("POST", "/api/v2/services/issues/search", {"scope": _PLACE, "props": _ISSUES}),
    ("POST", "/api/v2/clusters/issues/search", {"scope": {"cluster": "a"}, "props": _ISSUES}),
    ("GET", "/api/v2/clusters", None),
    ("GET", "/api/v2/user/clusters", None),
    ("POST", f"/v0/config_change?{_TARGET}", {"x": "y"}),
    ("POST", "/v0/image/source", {"image": "x"}),
]


@pytest.mark.parametrize(("method", "path", "body"), [pytest.param(*call, id=call[1]) for call in _CALLS])
@pytest.mark.parametrize(
    ("query", "field"),
    [("x=%FF", "x"), ("x=a&y=%C3", "y"), ("service=%ED%A0%80", "service"), ("%FF=x", "\ufffd"), ("=%FF", "query")],
)
async def test_parameters_that_are_no_utf_8_are_refused(
    komodor: AsyncClient, tenant: Tenant, method: str, path: str, body: object, query: str, field: str
) -> None:
    """[2] Known or not, on every call, and nothing is stored: they would be read as something else in silence."""
    answer = await komodor.request(method, f"{path}{'&' if '?' in path else '?'}{query}", json=body)

    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["message"] == "Validation failed"
    assert error["fieldErrors"] == [{"field": field, "message": "must be valid UTF-8"}]
    assert await tenant.found(asked()) == []


async def test_an_event_stays_as_it_is_when_parameters_are_no_utf_8(komodor: AsyncClient) -> None:
    """[2] Neither told nor ended."""
    event = f"{EVENTS}/{(await komodor.post(EVENTS, json=GOOD)).headers['x-event-id']}"

    told = await komodor.get(f"{event}?x=%FF")
    ended = await komodor.post(f"{event}/close?x=%FF")

    assert (told.status_code, ended.status_code) == (400, 400)
    assert (await komodor.get(event)).json()["endTime"] is None


@pytest.mark.parametrize("query", ["x=%FF", "dryRun=maybe&x=%FF"])
async def test_parameters_are_looked_at_behind_the_rest(
    komodor: AsyncClient, anonymous: AsyncClient, query: str
) -> None:
    """[4.5] Path, method, key, size, JSON, fields of the body."""
    envelope(await komodor.get(f"/mgmt/v1/jobs?{query}"), 404, "Not found")
    envelope(await komodor.put(f"{EVENTS}?{query}"), 405, "Method not allowed")
    envelope(await anonymous.post(f"{EVENTS}?{query}", json=GOOD), 403, "Missing API key")
    envelope(await komodor.post(f"{EVENTS}?{query}", content="{"), 400, "Request body is not valid JSON")
    faulty = await komodor.post(f"{EVENTS}?{query}", json={**GOOD, "summary": ""})
    assert [fault["field"] for fault in faulty.json()["error"]["fieldErrors"]] == ["summary"]


@pytest.mark.parametrize("segment", ["%FF", "%00", "%ED%A0%80", f"{_EVENT}%FF", f"%FF{_EVENT}", "%", "%zz"])
@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("POST", "/close")])
async def test_a_path_that_is_no_utf_8_is_not_found(komodor: AsyncClient, segment: str, method: str, rest: str) -> None:
    """[2, 4.5] No event is called so."""
    url = httpx.URL("http://localhost").copy_with(raw_path=f"{EVENTS}/{segment}{rest}".encode())

    envelope(await komodor.request(method, url), 404, "Not found")


@pytest.mark.parametrize("path", ["/mgmt/v1/events%FF", "/mgmt/%FF", "/v0/%FF", "/api/v2/%FF", "/api/%FF/search"])
async def test_an_unknown_path_that_is_no_utf_8_is_not_found(komodor: AsyncClient, path: str) -> None:
    """[1, 2] In the envelope, as any other."""
    url = httpx.URL("http://localhost").copy_with(raw_path=path.encode())

    envelope(await komodor.post(url, json=GOOD), 404, "Not found")


async def test_a_body_over_the_limit_is_too_large(komodor: AsyncClient) -> None:
    """[2, 4.5] 2 MiB; the connection ends, as the rest of the body is not read."""
    at_the_limit = b'{"eventType":"x","summary":"' + b"s" * (2 * 1024 * 1024 - 30) + b'"}'

    taken = await komodor.post(EVENTS, content=at_the_limit)
    refused = await komodor.post(EVENTS, content=at_the_limit + b" ")

    assert len(at_the_limit) == 2 * 1024 * 1024
    assert taken.status_code == 201
    envelope(refused, 413, "Request body is larger than 2097152 bytes")
    assert refused.headers["connection"] == "close"


async def test_the_key_is_looked_at_before_the_size(anonymous: AsyncClient) -> None:
    """[4.5] Nobody can make us read two MiB without a key."""
    answer = await anonymous.post(EVENTS, content=b"x" * (3 * 1024 * 1024))

    envelope(answer, 403, "Missing API key")


@pytest.mark.parametrize("keep", [True, False])
async def test_a_wish_to_close_is_echoed_and_obeyed(house: House, tenant: Tenant, *, keep: bool) -> None:
    """[2] On the real server: `Connection: close` ends the connection, and nothing else does."""
    config = uvicorn.Config(
        house.app, port=0, http="httptools", loop="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    wish = "" if keep else "connection: close\r\n"
    head = f"GET /api/v2/apikey/validate HTTP/1.1\r\nhost: localhost\r\nx-api-key: {await tenant.key()}\r\n{wish}\r\n"
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname()[:2])
        writer.write(head.encode())

        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        rest = await reader.readexactly(len(b'{"valid":true}'))
        is_closed = not keep and await reader.read() == b""

        writer.close()
        server.should_exit = True
    assert rest == b'{"valid":true}'
    assert (b"connection: close" in answered, is_closed) == (not keep, not keep)


def client(context: Context) -> AsyncClient:
    """A client of this dialect alone, over other use cases."""
    app = Edge([DIALECT], context, options={}, hosts=())
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    return AsyncClient(transport=transport, base_url="http://localhost")


async def test_a_server_that_takes_nothing_asks_to_come_again(house: House, tenant: Tenant) -> None:
    """[4.5] 503 with `Retry-After`: a full queue, a database that is away, a server that stops."""
    stopped = Ingest(house.pool, retention=house.context.retention, queue_limit=1, slot=0)
    await stopped.drain()

    async with client(replace(house.context, ingest=stopped)) as komodor:
        answer = await komodor.post(EVENTS, json=GOOD, headers={"x-api-key": await tenant.key()})

    envelope(answer, 503, "Service unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_bug_is_an_internal_error(house: House) -> None:
    """[4.5] In the envelope, logged once, without what the caller sent."""
    broken = Access(Pool(Address(), query_seconds=1))  # nobody opened it

    async with client(replace(house.context, access=broken)) as komodor:
        with logged() as lines:
            answer = await komodor.post(EVENTS, json={"summary": "personal"}, headers={"x-api-key": "key"})

    envelope(answer, 500, "Internal error")
    assert lines == [
        {
            "event": "request.broken",
            "log_level": "error",
            "dialect": "komodor",
            "request_id": answer.headers["x-request-id"],
            "exc_info": lines[0]["exc_info"],
        }
    ]


def leaves(refusal: type[Refusal]) -> set[type[Refusal]]:
    """The refusals that have no kinds of their own."""
    kinds = refusal.__subclasses__()
    return {refusal} if not kinds else set[type[Refusal]]().union(*map(leaves, kinds))


def test_every_refusal_has_a_status() -> None:
    """A new refusal cannot reach a caller as a 500."""
    assert leaves(Refusal) == set(errors.STATUS)
