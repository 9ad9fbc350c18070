"""Waiting for entities to appear: `waitForMatch`."""

import asyncio
import json
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import httpx
import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.catalog import Catalog
from whence.dialects.desk import DIALECT, waiting
from whence.dialects.desk.tests.pushing import (
    CART,
    EVENTS,
    by_tags,
    drafted,
    message,
    millis,
    push,
    refused,
    tagged,
    violations,
    warnings,
)
from whence.dialects.desk.tests.stored import stored
from whence.domain.access import Right
from whence.edge import Edge
from whence.server import House

LATER: Final = message(attachRules=by_tags("later"))
SOON: Final = 10.0  # seconds: far less than anybody waits here, far more than a wake-up takes


async def test_a_request_waits_for_its_entities(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] It is answered as soon as they are there; another change only makes it look again."""
    async with asyncio.timeout(SOON), asyncio.TaskGroup() as group:
        answers = [group.create_task(push(desk, LATER, query="?waitForMatch=60s")) for _ in range(3)]
        assert (await push(desk, LATER)).status_code == 400
        await tenant.register(drafted("HOST-0000000000000001", tagged("later")))
        assert not any(answer.done() for answer in answers)
        await tenant.register(drafted(CART, tagged("later")))

    assert [answer.result().status_code for answer in answers] == [200, 200, 200]
    assert {event.scope.only_entity for event in await stored(tenant)} == {CART}


async def test_what_is_there_is_not_waited_for(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] Nor is anything that is refused for another reason."""
    await tenant.register(drafted(CART, tagged("later")))

    async with asyncio.timeout(SOON):
        good = await push(desk, LATER, query="?waitForMatch=60s")
        bad = await push(desk, {**LATER, "source": None}, query="?waitForMatch=60s")
        old = message("ERROR_EVENT", attachRules=by_tags("nobody"), start=millis(hours=-2))
        late = await push(desk, old, query="?waitForMatch=60s")

    assert good.status_code == 200
    assert violations(bad) == [("source", "must not be null")]
    assert violations(late) == [("start", "must not be more than 60 minutes in the past")]


@pytest.mark.parametrize("said", ["1", "1s"])
async def test_then_it_is_refused(desk: AsyncClient, said: str) -> None:
    """[3.8] With the text that scripts look for."""
    started = monotonic()
    answer = await push(desk, LATER, query=f"?waitForMatch={said}")

    assert "No entity IDs match" in refused(answer)
    assert 1 <= monotonic() - started < SOON


@pytest.mark.parametrize("said", ["0", "0s", "0m", ""])
async def test_no_time_is_no_wait(desk: AsyncClient, said: str) -> None:
    """It is refused at once."""
    answer = await push(desk, LATER, query=f"?waitForMatch={said}")

    assert "No entity IDs match" in refused(answer)


@pytest.mark.parametrize("said", ["soon", "-1s", "1h", "1.5s", "s", "9999999", "٣"])
async def test_what_is_no_time_is_refused(desk: AsyncClient, said: str) -> None:
    """[2.3] As a fault of the query."""
    answer = await push(desk, LATER, query=f"?waitForMatch={said}")

    assert violations(answer, "QUERY") == [("waitForMatch", "must be a time of at most 60s, such as 30s")]


async def test_nobody_waits_longer_than_a_minute(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] More is cut, and said."""
    await tenant.register(drafted(CART, tagged("later")))

    answers = [await push(desk, LATER, query=f"?waitForMatch={said}") for said in ("61", "2m", "999999s", "1m")]

    cut = ["waitForMatch is over the maximum, 60s taken"]
    assert [warnings(answer) for answer in answers] == [cut, cut, cut, []]


async def test_who_waited_in_vain_is_told_how_long(desk: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """[2.1] [3.8] What was cut and what was not read is said with the refusal, too."""
    monkeypatch.setattr(waiting, "MOST", 0)  # the time is over at once

    answer = await push(desk, {**LATER, "colour": "red"}, query="?waitForMatch=61s")

    assert "No entity IDs match" in refused(answer)
    assert warnings(answer) == ["waitForMatch is over the maximum, 60s taken", 'unknown field "colour" ignored']


async def test_a_token_may_always_wait(anonymous: AsyncClient, tenant: Tenant) -> None:
    """[3.8] By its option; what the request says wins."""
    _, token = await tenant.house.context.access.create_token(
        None, name="slow", account=tenant.name, rights=[Right.WRITE_EVENTS], options={"desk": {"wait_for_match": "60s"}}
    )
    anonymous.headers["authorization"] = f"Api-Token {token}"

    async with asyncio.timeout(SOON), asyncio.TaskGroup() as group:
        assert (await push(anonymous, LATER, query="?waitForMatch=0")).status_code == 400
        answer = group.create_task(push(anonymous, LATER))
        await push(anonymous, LATER, query="?waitForMatch=0")
        await tenant.register(drafted(CART, tagged("later")))

    assert answer.result().status_code == 200


async def test_few_wait_at_a_time(desk: AsyncClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes beyond is refused at once; who waits goes on."""
    monkeypatch.setattr(waiting, "MOST", 1)

    async with asyncio.timeout(SOON), asyncio.TaskGroup() as group:
        two = [group.create_task(push(desk, LATER, query="?waitForMatch=60s")) for _ in range(2)]
        done, _ = await asyncio.wait(two, return_when=asyncio.FIRST_COMPLETED)
        await tenant.register(drafted(CART, tagged("later")))

    assert [task.result().status_code for task in done] == [400]
    assert sorted(task.result().status_code for task in two) == [200, 400]


def _request(token: str, body: object) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A scope that waits for a minute, and what is received."""
    raw = json.dumps(body).encode()
    headers = [(b"host", b"localhost"), (b"authorization", f"Api-Token {token}".encode())]
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": EVENTS, "raw_path": EVENTS.encode(), "headers": headers,
        "query_string": b"waitForMatch=60s", "http_version": "1.1", "scheme": "http", "state": {},
    }  # fmt: skip
    return scope, [{"type": "http.request", "body": raw, "more_body": False}]


async def test_nobody_waits_for_a_caller_who_has_gone(house: House, tenant: Tenant) -> None:
    """And nothing is stored for him when the entities come."""
    scope, messages = _request(await tenant.key(), LATER)
    has_read, has_gone = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        has_read.set()
        await has_gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: object) -> None: ...

    async with asyncio.timeout(SOON), asyncio.TaskGroup() as group:
        group.create_task(house.app(scope, receive, send))  # pyright: ignore[reportArgumentType]  two spellings of ASGI
        await has_read.wait()
        has_gone.set()
    await tenant.register(drafted(CART, tagged("later")))

    assert await stored(tenant) == []


async def test_a_server_that_stops_waits_for_nothing(house: House, tenant: Tenant) -> None:
    """Who waits is answered, and so is who comes then."""
    catalog = Catalog(house.pool)
    app = Edge([DIALECT], replace(house.context, catalog=catalog), options={}, hosts=())
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Api-Token {await tenant.key()}"}

    async with (
        httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as desk,
        asyncio.timeout(SOON),
        asyncio.TaskGroup() as group,
    ):
        waits = group.create_task(push(desk, LATER, query="?waitForMatch=60s"))
        await push(desk, LATER)
        catalog.close()
        comes = group.create_task(push(desk, LATER, query="?waitForMatch=60s"))

    assert "No entity IDs match" in refused(waits.result())
    assert "No entity IDs match" in refused(comes.result())
