"""Everything that can go wrong around a call."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn
from httpx import AsyncClient

from tests.logged import logged
from tests.tenants import Tenant
from whence.access import Access
from whence.dialects import Context
from whence.dialects.desk import DIALECT, errors
from whence.dialects.desk.tests.pushing import EVENTS, message
from whence.domain.errors import Refusal
from whence.edge import Edge
from whence.ingest import Ingest
from whence.server import House
from whence.store.pool import Address, Pool


@asynccontextmanager
async def client(context: Context, token: str) -> AsyncGenerator[AsyncClient]:
    """A client of this dialect alone, over other use cases."""
    transport = httpx.ASGITransport(app=Edge([DIALECT], context, options={}, hosts=()))  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Api-Token {token}"}
    async with AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as desk:
        yield desk


async def test_a_server_that_takes_nothing_asks_to_come_again(house: House, tenant: Tenant) -> None:
    """[2.3] 503 with `Retry-After` in whole seconds."""
    stopped = Ingest(house.pool, retention=house.context.retention, queue_limit=1, slot=0)
    await stopped.drain()

    async with client(replace(house.context, ingest=stopped), await tenant.key()) as desk:
        answer = await desk.post(EVENTS, json=message())

    says = "The service is temporarily unavailable."
    assert (answer.status_code, answer.json()) == (503, {"error": {"code": 503, "message": says}})
    assert answer.headers["retry-after"] == "1"


async def test_a_bug_is_an_internal_error(house: House) -> None:
    """[2.2, 2.3] In the envelope, logged once, without the body, the query or the token."""
    broken = Access(Pool(Address(), query_seconds=1))  # nobody opened it

    async with client(replace(house.context, access=broken), "secret") as desk:
        with logged() as lines:
            answer = await desk.post(f"{EVENTS}?api-token=secret", json={"source": "personal"})

    assert (answer.status_code, answer.json()) == (500, {"error": {"code": 500, "message": "Internal server error."}})
    assert lines == [
        {
            "event": "request.broken",
            "log_level": "error",
            "dialect": "desk",
            "request_id": answer.headers["x-request-id"],
            "exc_info": lines[0]["exc_info"],
        }
    ]


@pytest.mark.parametrize("wish", [None, "close", "Close"])
async def test_a_wish_to_close_is_obeyed(house: House, tenant: Tenant, wish: str | None) -> None:
    """[2.1] On the real server: it is said once, and the connection ends; without the wish neither."""
    config = uvicorn.Config(
        house.app, port=0, http="httptools", loop="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    body = json.dumps(message())
    head = f"POST {EVENTS} HTTP/1.1\r\nhost: localhost\r\nauthorization: Api-Token {await tenant.key()}\r\n"
    wished = f"connection: {wish}\r\n" if wish else ""
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname()[:2])
        writer.write(f"{head}{wished}content-length: {len(body)}\r\n\r\n{body}".encode())

        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readuntil(b"}")
        is_closed = wish is not None and await reader.read() == b""

        writer.close()
        server.should_exit = True
    assert b"content-type: application/json\r\n" in answered
    assert (answered.count(b"connection: close"), is_closed) == ((1, True) if wish else (0, False))


def leaves(refusal: type[Refusal]) -> set[type[Refusal]]:
    """The refusals that have no kinds of their own."""
    kinds = refusal.__subclasses__()
    return {refusal} if not kinds else set[type[Refusal]]().union(*map(leaves, kinds))


def test_every_refusal_has_a_status() -> None:
    """A new refusal cannot reach a caller as a 500."""
    assert leaves(Refusal) == set(errors.STATUS)
