"""Whatever is refused is counted once, by its dialect and its reason."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.operations.counted import refused_since, value
from tests.tenants import Tenant
from whence.dialects import Context, Dialect, discover
from whence.dialects.resource import Refusals, Resource
from whence.domain import errors
from whence.domain.access import Right
from whence.domain.errors import Doubt, Invalid, Pushback, Reason, Refusal, Unavailable
from whence.edge import Edge
from whence.server import House

MakeClient = Callable[[str | None], httpx.AsyncClient]

_SECONDS: Final = 30.0
_ID: Final = "the request's"

_TROUBLES = (
    Unavailable("", because=Reason.QUEUE_FULL, retry_after=1),
    Unavailable("", because=Reason.BUSY, retry_after=1),
    Unavailable("", because=Reason.RACE, retry_after=1),
    Unavailable("", because=Reason.TIMEOUT, retry_after=1),
    Unavailable("", because=Reason.DATABASE, retry_after=1),
    Unavailable("", because=Reason.SCHEMA, retry_after=1),
    Unavailable("", because=Reason.STOPPING, retry_after=1),
)
_OTHERS = (
    Invalid.at("title", "is required"),
    errors.NotFound("event", "x"),
    errors.Unauthenticated(Doubt.MISSING),
    errors.Forbidden("read"),
    errors.Conflict("stands already"),
    errors.TooLarge(1024),
    errors.Unsupported("is not read"),
    errors.TooMany("", retry_after=1, rate_per_minute=1),
)
_EVERY = (*_OTHERS, *_TROUBLES)


def _kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def test_every_refusal_has_a_reason() -> None:
    """One that is added without cannot be counted, nor explained by a trace."""
    kinds = set(_kinds(Refusal)) - {Refusal, Pushback, *(k for k in _kinds(Refusal) if "tests" in k.__module__)}
    told = {kind for kind in kinds if isinstance(getattr(kind, "reason", None), Reason)}

    assert kinds - told == {Unavailable}  # which is told one
    assert {type(refusal) for refusal in _EVERY} == kinds


def test_every_reason_is_that_of_some_refusal() -> None:
    """But for what is refused before anybody reads the request, or all of it."""
    outside = {Reason.HOST, Reason.METHOD, Reason.SLOW, Reason.GONE}

    assert {refusal.reason for refusal in _EVERY} == set(Reason) - outside


def _says_no(refusal: Refusal) -> Dialect:
    """A dialect that answers nothing else, with a status that says nothing."""

    async def endpoint(_: Request) -> PlainTextResponse:
        raise refusal

    def app(_: Context) -> Starlette:
        return Starlette(routes=[Route("/toy/{name}", Resource(_TOY, {"GET": endpoint}))])

    return Dialect(name="toy", app=app)


async def _wrong_method(_: Request, allowed: str) -> PlainTextResponse:
    return PlainTextResponse("no", 405, {"allow": allowed})


_TOY: Refusals[PlainTextResponse] = Refusals(
    refused=lambda _, __: PlainTextResponse("no", 418),
    broken=lambda _, __: PlainTextResponse("bug", 500),
    wrong_method=_wrong_method,
)


def _client(house: House, *dialects: Dialect, hosts: tuple[str, ...] = ()) -> httpx.AsyncClient:
    edge = Edge(dialects, house.context, options={}, hosts=hosts)
    transport = httpx.ASGITransport(edge)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.mark.parametrize("refusal", _EVERY, ids=lambda refusal: refusal.reason.value)
async def test_each_is_counted_once_by_its_own_reason(house: House, refusal: Refusal) -> None:
    """[OP1] Whatever status a dialect gives it."""
    since = refused_since()

    async with _client(house, _says_no(refusal)) as client:
        assert (await client.get("/toy/x")).status_code == 418

    assert since() == {("toy", refusal.reason.value): 1}


async def test_what_no_dialect_saw_is_counted_too(house: House) -> None:
    """[OP1] A host that is not ours, a path that nothing is at, and a method that the path does not know."""
    since = refused_since()
    async with _client(house, *discover(), hosts=("whence.example.org",)) as client:
        await client.get("/metrics")
    strange = since()
    since = refused_since()

    async with _client(house, *discover()) as client:
        await client.post("/nowhere")
        await client.put("/v1/events")

    assert strange == {("none", "host"): 1}
    assert since() == {("none", "not_found"): 1, ("native", "method"): 1}


async def test_a_bug_is_no_refusal(house: House) -> None:
    """Nor is an answer: neither is counted as one, nor taken for the refusal before it; the bug is counted as that."""

    async def bug(_: Request) -> PlainTextResponse:
        raise ZeroDivisionError

    async def fine(_: Request) -> PlainTextResponse:
        return PlainTextResponse("yes")

    def app(_: Context) -> Starlette:
        refused = Resource(_TOY, {"GET": bug, "POST": fine})
        return Starlette(routes=[Route("/toy", refused)])

    async with _client(house, Dialect(name="toy", app=app)) as client:
        await client.put("/toy")
        since = refused_since()
        broken = value("whence_requests_broken_total", dialect="toy")
        assert (await client.get("/toy")).status_code == 500
        assert (await client.post("/toy")).status_code == 200

    assert since() == {}
    assert value("whence_requests_broken_total", dialect="toy") == broken + 1


async def _left(client: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> httpx.Response:
    """What is answered to a body that does not come, when the server ends.

    As uvicorn leaves those whom it has waited for long enough: by a cancellation, which is no bug.
    """
    is_read = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        yield b"{"
        is_read.set()
        await asyncio.get_running_loop().create_future()

    asked = asyncio.create_task(client.post(path, content=endless(), headers=headers))
    async with asyncio.timeout(_SECONDS):
        await is_read.wait()
    asked.cancel()
    return await asked


_LEFT: Mapping[str, tuple[str, str, dict[str, Any]]] = {  # a path, the header of its key, and what is answered
    "cloudforet": (
        "/monitoring/v1/event/list",
        "token",
        {"detail": {"code": "ERROR_UNKNOWN", "message": "Service unavailable"}},
    ),
    "cortex": (
        "/api/v1/catalog/definitions",
        "authorization",
        {
            "type": "UNHANDLED_EXCEPTION",
            "message": "Service Unavailable",
            "details": "Service unavailable",
            "httpStatus": 503,
            "requestId": _ID,
        },
    ),
    "desk": (
        "/api/v1/events",
        "authorization",
        {"error": {"code": 503, "message": "The service is temporarily unavailable."}},
    ),
    "komodor": (
        "/mgmt/v1/events",
        "x-api-key",
        {"error": {"code": 503, "message": "Service unavailable", "requestID": _ID}},
    ),
    "native": (
        "/v1/events",
        "authorization",
        {"error": {"code": "unavailable", "message": "Service unavailable", "request_id": _ID}},
    ),
}


@pytest.mark.parametrize("dialect", discover(), ids=lambda dialect: dialect.name)
async def test_who_is_left_when_the_server_ends_is_told_to_come_again(
    tenant: Tenant, client: MakeClient, dialect: Dialect
) -> None:
    """[IN7] In the words of whom it asked, as of every other refusal."""
    path, header, said = _LEFT[dialect.name]
    key = await tenant.key(Right.ADMIN)
    since = refused_since()

    answer = await _left(client(None), path, {header: f"Bearer {key}" if header == "authorization" else key})

    assert (answer.status_code, answer.headers["retry-after"], answer.headers["connection"]) == (503, "1", "close")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text.replace(answer.headers["x-request-id"], _ID)) == said
    assert since() == {(dialect.name, "stopping"): 1}


async def test_who_is_left_by_a_dialect_without_words_is_told_in_plain_ones(house: House) -> None:
    """[IN7] One that says nothing of it has the same status and the same headers."""

    async def endpoint(request: Request) -> PlainTextResponse:
        await request.body()
        raise AssertionError

    def app(_: Context) -> Starlette:
        return Starlette(routes=[Route("/toy", Resource(_TOY, {"POST": endpoint}))])

    since = refused_since()
    async with _client(house, Dialect(name="toy", app=app)) as client:
        answer = await _left(client, "/toy", {})

    assert (answer.status_code, answer.headers["retry-after"], answer.headers["connection"]) == (503, "1", "close")
    assert answer.text == "Service unavailable"
    assert since() == {("toy", "stopping"): 1}


async def test_a_client_of_the_api_is_told_and_counted(tenant: Tenant, client: MakeClient) -> None:
    """[OP1] By what was wrong, once for each request."""
    api, reader = client(await tenant.key()), client(await tenant.key(Right.READ_EVENTS))
    slow = client(await tenant.key(rate_per_minute=1))
    await slow.get("/v1/events")
    event, key = {"title": "v42 is out"}, {"idempotency-key": "k"}
    await api.post("/v1/events", json=event, headers=key)
    since = refused_since()

    answers = [
        await api.post("/v1/events", json={}),
        await client(None).get("/v1/events"),
        await reader.post("/v1/events", json=event),
        await api.get(f"/v1/events/{UUID(int=0)}"),
        await api.post("/v1/events", json={"title": "another"}, headers=key),
        await api.post("/v1/events", content=b"x" * 2_100_000),
        await api.post("/v1/events", content=b"x", headers={"content-type": "text/plain"}),
        await slow.get("/v1/events"),
    ]

    assert [answer.status_code for answer in answers] == [400, 401, 403, 404, 409, 413, 415, 429]
    wanted = (
        "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_large", "unsupported", "rate",
    )  # fmt: skip
    assert since() == {("native", reason): 1 for reason in wanted}


async def test_what_is_rejected_of_a_batch_is_counted(tenant: Tenant, client: MakeClient) -> None:
    """[OP1] Each of its events by its own reason; the request, which was answered well, is not refused."""
    api = client(await tenant.key())
    since = refused_since()

    answer = await api.post("/v1/events", json=[{"title": "a"}, {}, {"title": "old", "time": "1999-01-01T00:00:00Z"}])

    assert (answer.status_code, answer.json()["rejected"]) == (200, 2)
    assert since() == {("native", "invalid"): 2}


async def test_a_vendors_status_hides_no_reason(client: MakeClient) -> None:
    """[OP1] A key that nobody knows is a 403 there; it is counted for what it is."""
    since = refused_since()

    answer = await client(None).post("/mgmt/v1/events", json={}, headers={"x-api-key": uuid4().hex})

    assert answer.status_code == 403
    assert since() == {("komodor", "unauthenticated"): 1}
