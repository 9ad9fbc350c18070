"""A database that says nothing at all: nobody waits for it for long, and everything goes on when it speaks again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import psutil

from tests.acceptance.external import external
from tests.acceptance.faults.asked import assert_told_to_come_again
from tests.acceptance.faults.traffic import Traffic
from tests.acceptance.faults.wire import wire
from tests.acceptance.reader import Reader
from tests.acceptance.server import Server, await_fact

_QUERY_SECONDS: Final = 2  # that a statement may take
# For a caller who comes when all connections are waiting: first who is before it gives up, then it does, each after
# five seconds for a connection and four for an answer.
_ANSWER_SECONDS: Final = 20.0
_HEARD_SECONDS: Final = 20.0  # until it is noticed that a connection which only listens is dead: two heartbeats


def _stopped(server: Server) -> list[psutil.Process]:
    """SIGSTOP to the embedded PostgreSQL; its processes."""
    assert server.postmaster is not None
    family = [server.postmaster, *server.postmaster.children(recursive=True)]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.suspend()
    return family


def test_nobody_waits_for_a_postgresql_that_is_stopped(begin: Callable[..., Server]) -> None:
    """[IN1, IN7] SIGSTOP under load: 503 within a bounded time; SIGCONT: nothing is lost, nor there twice."""
    server = begin(WHENCE_QUERY_TIMEOUT_SECONDS=str(_QUERY_SECONDS))
    traffic = Traffic(server)

    def strike() -> None:
        family = _stopped(server)
        try:
            assert_told_to_come_again(server, within=_ANSWER_SECONDS)
        finally:
            for member in family:
                with suppress(psutil.NoSuchProcess):
                    member.resume()

    traffic.run(strike)

    traffic.assert_reconciled(besides=frozenset({"while the database is away"}))


def test_connections_that_went_silent_are_given_up(begin: Callable[..., Server]) -> None:
    """[IN7, LV1, AC3] As behind a firewall that forgot them: no error ever comes, and later ones are good.

    What another server stores, and which token it revokes, is heard of again.
    """
    with external() as database, wire(database.port) as line:
        far = begin(
            name="far",
            WHENCE_DATABASE_URL=database.url.replace(str(database.port), str(line.port)),
            WHENCE_QUERY_TIMEOUT_SECONDS=str(_QUERY_SECONDS),
        )
        near = begin(name="near", WHENCE_DATABASE_URL=database.url)
        token = near.send("POST", "/v1/tokens", {"name": "short-lived", "rights": ["events:read"]})
        reader = Reader(server=far)

        async def followed() -> None:
            async with asyncio.timeout(_HEARD_SECONDS), asyncio.TaskGroup() as group:
                following = group.create_task(reader.run())
                await reader.until_connected()
                await asyncio.to_thread(near.send, "POST", "/v1/events", {"title": "before"})
                await reader.until(events=1)
                line.fall_silent()
                await asyncio.to_thread(near.send, "POST", "/v1/events", {"title": "heard"})
                await reader.until(events=2)
                following.cancel()

        with far.client(token["token"]) as held:
            assert held.get("/v1/events").is_success
            asyncio.run(followed())
            with near.client() as admin:
                assert admin.delete(f"/v1/tokens/{token['id']}").status_code == 204
            await_fact(lambda: held.get("/v1/events").status_code == 401, seconds=5, what="the token is refused")

    assert reader.titles == ["before", "heard"]
    assert reader.resets == 0
