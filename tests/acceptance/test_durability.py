"""What was answered is there, exactly once, whatever is killed at whatever moment."""

import asyncio
import fcntl
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from tests.acceptance.load import Load, assert_nothing_lost_nothing_twice, stored
from tests.acceptance.server import Server, await_fact, kill_postgres


async def _strike(load: Load, *strikes: Callable[[], None]) -> None:
    """Send all the while; strike in the middle, again and again."""
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        for strike in strikes:
            await load.until(further=1500)
            await asyncio.to_thread(strike)
        await load.until(further=500)
        load.stop()


def test_what_was_answered_survives_the_death_of_the_server(whence: Server) -> None:
    """[IN1, IN3] `kill -9` of the server loses nothing, and who sends again with the same key doubles nothing."""
    load = Load(whence)

    asyncio.run(_strike(load, lambda: whence.restart(kill=True), lambda: whence.restart(kill=True)))

    assert_nothing_lost_nothing_twice(load, whence)
    assert load.statuses.keys() <= {200, 201, 503, 0}


def test_what_was_answered_survives_the_death_of_the_database(whence: Server) -> None:
    """[IN1, IN7] `kill -9` of PostgreSQL loses nothing; senders are told when to come again; the server lives on."""
    load = Load(whence)
    server = whence.process

    asyncio.run(_strike(load, *[lambda: kill_postgres(whence.data_dir)] * 2))

    assert_nothing_lost_nothing_twice(load, whence)
    assert load.statuses.keys() == {200, 201, 503}
    assert all(wait is not None and int(wait) >= 1 for wait in load.waits)
    assert server == whence.process
    assert server.is_running()


@contextmanager
def _nobody_starts_postgres(data_dir: Path) -> Generator[None]:
    """The supervisor waits for the lock under which PostgreSQL is started."""
    with (data_dir / "start.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_without_a_database_everybody_is_told_to_come_again(whence: Server) -> None:
    """[IN7] 503 with Retry-After while PostgreSQL is away, and good answers by itself once it is back."""
    asked: list[tuple[str, str, object]] = [
        ("POST", "/v1/events", {"title": "while the database is away"}),
        ("GET", "/v1/events", None),
        ("GET", "/v1/entities", None),
        ("GET", "/v1/events/stream", None),
        ("GET", "/v1/events/export", None),
        ("GET", "/readyz", None),
    ]

    with whence.client() as client:
        with _nobody_starts_postgres(whence.data_dir):
            kill_postgres(whence.data_dir)
            away = [client.request(method, path, json=body) for method, path, body in asked]
            alive = client.get("/healthz")
        await_fact(lambda: client.get("/readyz").is_success, seconds=20, what="ready again")
        back = [_status(client, method, path, body) for method, path, body in asked]

    assert {answer.status_code for answer in away} == {503}
    assert {answer.json()["error"]["code"] for answer in away} == {"unavailable"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in away)
    assert alive.is_success
    assert back == [201, 200, 200, 200, 200, 200]


def _status(client: httpx.Client, method: str, path: str, body: object) -> int:
    with client.stream(method, path, json=body) as answer:
        return answer.status_code


def test_a_server_that_is_told_to_stop_keeps_what_it_answered(whence: Server) -> None:
    """[RU4] SIGTERM under load, twice: exit code 0 within the grace time, and PostgreSQL has ended with it."""
    load = Load(whence)

    def stop() -> None:
        assert whence.terminate(seconds=15) == 0
        assert whence.postmaster is None
        whence.start()

    asyncio.run(_strike(load, stop, stop))

    assert_nothing_lost_nothing_twice(load, whence)
    assert load.statuses.keys() <= {200, 201, 503, 0}


def test_a_kill_leaves_no_second_postgresql(whence: Server) -> None:
    """[RU3] A server that starts after a kill takes over the PostgreSQL that runs."""
    first = whence.postmaster

    whence.restart(kill=True)

    assert whence.postmaster == first
    assert isinstance(first, psutil.Process)


def test_callers_who_hang_up_harm_nobody(whence: Server) -> None:
    """[IN1] Whoever goes away in the middle of a request leaves no transaction, lock or connection behind."""
    asked = ["/v1/events/stream", "/v1/events/export", "/v1/events/facets", "/readyz"]

    async def hang_up(client: httpx.AsyncClient, n: int) -> None:
        with suppress(httpx.TransportError, TimeoutError):
            async with asyncio.timeout(n % 20 / 1000):
                await client.post("/v1/events", json={"title": f"cut {n}"})
        with suppress(httpx.TransportError, TimeoutError):
            async with asyncio.timeout(n % 20 / 1000), client.stream("GET", asked[n % len(asked)]) as answer:
                answer.raise_for_status()

    async def statuses() -> set[int]:
        async with whence.aclient() as client:
            for first in range(0, 200, 20):
                await asyncio.gather(*(hang_up(client, n) for n in range(first, first + 20)))
            good = [client.get(path) for path in ("/v1/events", "/v1/entities", "/readyz") for _ in range(20)]
            sent = [client.post("/v1/events", json={"title": f"kept {n}"}) for n in range(20)]
            return {answer.status_code for answer in await asyncio.gather(*good, *sent)}

    assert asyncio.run(statuses()) == {200, 201}
    found = stored(whence)
    assert {f"kept {n}" for n in range(20)} <= found.keys()
    assert max(found.values()) == 1
