"""A2, A7.3: keys, permissions, rates, and the order of the checks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import httpx
import pytest
from httpx import AsyncClient

from tests.logged import logged
from tests.tenants import Tenant
from whence.access import Access
from whence.dialects import Context
from whence.dialects.cortex import DIALECT, errors
from whence.dialects.cortex.tests.answers import GOOD, is_bad, is_error, is_missing, made
from whence.dialects.cortex.tests.conftest import EVENTS, MakeClient
from whence.domain.access import Right
from whence.domain.entity import Entity
from whence.domain.errors import Refusal
from whence.edge import Edge
from whence.ingest import Ingest
from whence.server import House
from whence.store.pool import Address, Pool

UUID = "a1740c9e-2d5b-4b0f-8c3e-91f6d7e80b25"
READS = [("GET", EVENTS), ("GET", f"{EVENTS}/{UUID}"), ("GET", "/api/v1/custom-events")]
WRITES = [("POST", EVENTS), ("DELETE", EVENTS), ("PUT", f"{EVENTS}/{UUID}"), ("DELETE", f"{EVENTS}/{UUID}")]


@pytest.mark.parametrize(("method", "path"), READS + WRITES)
@pytest.mark.parametrize(
    "sent", [None, "", "Bearer", "Bearer ", "Bearer unknown", "Basic dTpw", "Api-Token {key}", "{key}", "Token {key}"]
)
async def test_a_bad_key_is_unauthorized(
    tenant: Tenant, anonymous: AsyncClient, method: str, path: str, sent: str | None
) -> None:
    """[A2.4, C2.16] Missing, malformed or unknown: 401 before all else."""
    headers = {} if sent is None else {"authorization": sent.format(key=await tenant.key())}

    answer = await anonymous.request(method, path, headers=headers, content=b"{")

    is_error(answer, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_key_is_unauthorized(tenant: Tenant, speak: MakeClient) -> None:
    """[A2.4] As one that nobody knows."""
    late = speak(await tenant.key(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    is_error(await late.get(EVENTS), 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("style", ["opaque", "jwt"])
async def test_any_registered_key_is_good(
    tenant: Tenant, checkout: Entity, anonymous: AsyncClient, scheme: str, style: str
) -> None:
    """[A2.1] Opaque or in the shape of a JWT, whatever the case of the scheme."""
    assert checkout.tag in EVENTS
    key = await tenant.key(style="jwt" if style == "jwt" else "opaque")

    answer = await anonymous.get(EVENTS, headers={"authorization": f"{scheme} {key}"})

    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("rights", [(Right.READ_EVENTS,), (Right.WRITE_ENTITIES, Right.READ_EVENTS)])
async def test_a_write_needs_the_permission(
    tenant: Tenant, speak: MakeClient, method: str, path: str, rights: tuple[Right, ...]
) -> None:
    """[A2.2, A2.5, A2.6] 403 before the path and the body are looked at."""
    viewer = speak(await tenant.key(*rights))

    answer = await viewer.request(method, path.replace("checkout-api", "nope").replace(UUID, "x"), content=b"{")

    is_error(answer, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")


@pytest.mark.parametrize("right", list(Right))
async def test_any_key_may_read(cortex: AsyncClient, tenant: Tenant, speak: MakeClient, right: Right) -> None:
    """[A2.3] Whatever its rights."""
    event = await made(cortex, EVENTS)
    viewer = speak(await tenant.key(right))

    assert (await viewer.get(f"{EVENTS}/{event['uuid']}")).json() == event
    assert (await viewer.get(EVENTS)).json()["events"] == [event]
    assert (await viewer.get("/api/v1/custom-events")).json()["total"] == 1


async def test_the_checks_have_an_order(cortex: AsyncClient) -> None:
    """[A2.6] The uuid, the query or the body, the entity, the event."""
    nope = EVENTS.replace("checkout-api", "nope")

    is_bad(await cortex.put(f"{nope}/x", content=b"{"), "Invalid UUID: x")
    is_bad(await cortex.put(f"{nope}/{UUID}", content=b"{"), "Malformed JSON")
    is_bad(await cortex.put(f"{EVENTS}/{UUID}", json={"title": "x", "type": "y"}), "timestamp is required")
    is_missing(await cortex.put(f"{nope}/{UUID}", json=GOOD), "Entity not found: nope")
    is_missing(await cortex.put(f"{EVENTS}/{UUID}", json=GOOD), f"Custom event not found: {UUID}")
    is_bad(await cortex.get(f"{nope}/x"), "Invalid UUID: x")
    is_bad(await cortex.get(f"{nope}?page=x"), "page must be an integer")
    is_bad(await cortex.delete(f"{nope}?endTime=x"), "endTime is not an ISO-8601 date-time: x")
    is_missing(await cortex.delete(f"{nope}?endTime=2020-01-01T00:00:00"), "Entity not found: nope")
    is_bad(await cortex.delete(f"{nope}/x"), "Invalid UUID: x")
    is_missing(await cortex.get(f"{nope}/{UUID}"), "Entity not found: nope")


@pytest.mark.parametrize(
    "text",
    [
        "not-a-uuid",
        UUID[:-1],
        UUID + "0",
        UUID.replace("-", ""),
        f"%7B{UUID}%7D",
        f"urn:uuid:{UUID}",
        UUID.replace("a", "g"),
        f"{UUID}%0A",
        "%F0%9F",
        "%D9%A1" * 36,
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_malformed_uuid_is_told(cortex: AsyncClient, method: str, text: str) -> None:
    """[A7.1] As it was meant; only the form with hyphens is one."""
    answer = await cortex.request(method, f"{EVENTS}/{text}", json=GOOD)

    shown = httpx.QueryParams(f"t={text.replace('+', '%2B')}")["t"]
    is_bad(answer, f"Invalid UUID: {shown}")


async def test_a_rate_that_is_hit_is_told_in_its_own_shape(tenant: Tenant, speak: MakeClient, checkout: Entity) -> None:
    """[A7.3] problem+json that readers of the other shape can show, too; nothing is stored."""
    assert checkout.tag in EVENTS
    limited = speak(await tenant.key(rate_per_minute=60))
    encoded = EVENTS.replace("-api", "%2Dapi")
    for _ in range(60):
        await limited.get(EVENTS, params={"pageSize": 1})

    answer = await limited.post(encoded, json=GOOD)
    while answer.status_code == 200:  # time goes by
        answer = await limited.post(encoded, json=GOOD)

    detail = "Rate limit of 60 requests per minute exceeded"
    expected = {
        "type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": detail, "instance": encoded,
        "retryAfter": 1, "message": "Too Many Requests", "details": detail, "requestId": answer.headers["x-request-id"],
    }  # fmt: skip
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert list(answer.json().items()) == list(expected.items())


@pytest.mark.parametrize(("rate", "wait"), [(1, 60), (10, 6), (20, 3), (1000, 1)])
async def test_after_the_wait_a_request_succeeds(
    tenant: Tenant, speak: MakeClient, checkout: Entity, monkeypatch: pytest.MonkeyPatch, rate: int, wait: int
) -> None:
    """[A7.3] Whole seconds, one at least, and not one too few; and a burst passes that the rate has for a minute."""
    assert checkout.tag in EVENTS
    limited = speak(await tenant.key(rate_per_minute=rate))
    now = [monotonic()]
    monkeypatch.setattr("whence.access.monotonic", lambda: now[0])

    burst = [(await limited.get("/api/v1/catalog/x/custom-events/x")).status_code for _ in range(rate)]
    refused = await limited.get(EVENTS)
    now[0] += wait - 1
    early = await limited.get(EVENTS)
    now[0] += 1.001  # nobody is back on the instant
    again = await limited.get(EVENTS)

    assert set(burst) == {400}
    assert (refused.status_code, refused.headers["retry-after"], refused.json()["retryAfter"]) == (429, str(wait), wait)
    assert early.status_code == 429
    assert again.status_code == 200


def alone(context: Context) -> AsyncClient:
    """A client of this dialect alone, over other use cases."""
    app = Edge([DIALECT], context, options={}, hosts=())
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    return AsyncClient(transport=transport, base_url="http://localhost")


async def test_a_server_that_takes_nothing_asks_to_come_again(house: House, tenant: Tenant, checkout: Entity) -> None:
    """A full queue, a database that is away, a server that stops: not 429, which promises that nothing was done."""
    assert checkout.tag in EVENTS
    stopped = Ingest(house.pool, retention=house.context.retention, queue_limit=1, slot=0)
    await stopped.drain()

    async with alone(replace(house.context, ingest=stopped)) as cortex:
        headers = {"authorization": f"Bearer {await tenant.key()}"}
        answer = await cortex.post(EVENTS, json=GOOD, headers=headers)

    is_error(answer, 503, "UNHANDLED_EXCEPTION", "Service Unavailable", "Service unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_bug_is_an_internal_error(house: House) -> None:
    """[A7.1] In the shape, logged once, without what the caller sent."""
    broken = Access(Pool(Address(), query_seconds=1))  # nobody opened it

    async with alone(replace(house.context, access=broken)) as cortex:
        with logged() as lines:
            answer = await cortex.post(EVENTS, json={"title": "personal"}, headers={"authorization": "Bearer key"})

    is_error(answer, 500, "UNHANDLED_EXCEPTION", "Internal Server Error", "Internal error")
    assert [(line["event"], line["dialect"]) for line in lines] == [("request.broken", "cortex")]


def leaves(refusal: type[Refusal]) -> set[type[Refusal]]:
    """The refusals that have no kinds of their own."""
    kinds = refusal.__subclasses__()
    return {refusal} if not kinds else set[type[Refusal]]().union(*map(leaves, kinds))


def test_every_refusal_has_a_status() -> None:
    """A new refusal cannot reach a caller as a 500."""
    assert leaves(Refusal) - set(errors.STATUS) == {
        kind for kind in leaves(Refusal) if kind.__module__ != Refusal.__module__
    }


def test_there_are_no_options_yet() -> None:
    with pytest.raises(ValueError, match="cortex: there is no option a"):
        DIALECT.check_options({"b": "1", "a": "2"})
    DIALECT.check_options({})
