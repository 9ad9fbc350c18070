"""A disk that is full: what cannot be written is refused for now, what can be read is read, and room is noticed."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from tests.acceptance.faults.disk import small_disk
from tests.acceptance.faults.traffic import Traffic
from tests.acceptance.server import Server, await_fact

_NOISE: Final = "noise"
_RANDOM: Final = Random(7)  # noqa: S311  what cannot be compressed, not what cannot be guessed
_NOISES: Final = 40  # in one request
_SECONDS: Final = 60.0
_READS: Final = ("/v1/events", "/v1/events/facets", "/v1/events/export", "/v1/entities", "/v1/alerts", "/v1/problems")
_LARGEST_FILE: Final = 16 * 1024 * 1024  # as large as a piece of the log of writes is from its beginning


@contextmanager
def _running(home: Path) -> Generator[Server]:
    """A server that ends before its disk does."""
    server = Server(home)
    try:
        yield server.start()
    finally:
        server.end()


def _noise() -> list[dict[str, Any]]:
    """Events that need room."""
    return [
        {"title": _NOISE, "type": "load", "properties": {"n": _RANDOM.randbytes(8_000).hex()}} for _ in range(_NOISES)
    ]


def _refused(client: httpx.Client) -> httpx.Response:
    """The first answer that is no good one, to events that come until there is no more room for any."""
    while (answer := client.post("/v1/events", json=_noise())).is_success:
        pass
    return answer


def _assert_come_again(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def _takes_writes(client: httpx.Client) -> bool:
    return client.post("/v1/events", json=_noise()).is_success


def test_without_room_for_data_everything_is_read_and_nothing_is_lost(home: Path) -> None:
    """[IN1, IN7] 503 for what needs room; reads go on; with room again so do writes, and nothing was restarted."""
    with small_disk(home / "data", "base") as disk, _running(home) as server:
        process, traffic = server.process, Traffic(server)
        first = server.postmaster

        def strike() -> None:
            with server.client() as client:
                disk.fill()
                refused = _refused(client)
                read = {path: client.get(path).status_code for path in _READS}
                disk.make_room()
                await_fact(lambda: _takes_writes(client), seconds=_SECONDS, what="it takes writes")
            _assert_come_again(refused)
            assert read == dict.fromkeys(_READS, 200)

        traffic.run(strike)

        traffic.assert_reconciled(besides=frozenset({_NOISE}))
        assert server.process == process
        assert server.postmaster == first


def test_without_room_for_its_log_postgresql_ends_and_comes_back(home: Path) -> None:
    """[IN1, IN7, RU3] It cannot go on without: it ends, and is started until it can. The server lives on."""
    with small_disk(home / "data", "pg_wal") as disk, _running(home) as server:
        process, traffic = server.process, Traffic(server)
        first = server.postmaster

        def strike() -> None:
            with server.client() as client:
                disk.fill()
                refused = _refused(client)
                await_fact(lambda: '"postgresql.down"' in server.said, seconds=_SECONDS, what="it cannot be started")
                away, alive = client.get("/readyz"), client.get("/healthz")
                disk.make_room()
                await_fact(lambda: _takes_writes(client), seconds=_SECONDS, what="it takes writes")
            for answer in (refused, away):
                _assert_come_again(answer)
            assert alive.is_success

        traffic.run(strike)

        traffic.assert_reconciled(besides=frozenset({_NOISE}))
        assert server.process == process
        assert server.postmaster != first


def test_a_file_that_may_not_grow_is_as_a_full_disk(whence: Server) -> None:
    """[IN1, IN7] A limit of the account that runs PostgreSQL, for which it has no code of its own; needs no mount."""

    def limit(size: int | str) -> None:
        assert whence.postmaster is not None
        for one in (whence.postmaster, *whence.postmaster.children()):
            setting = ["prlimit", "--pid", str(one.pid), f"--fsize={size}:"]
            subprocess.run(setting, user=one.uids().real, group=one.gids().real, check=True)

    with whence.client() as client:
        assert _takes_writes(client)
        limit(_LARGEST_FILE)
        refused = _refused(client)
        read = {path: client.get(path).status_code for path in _READS}
        limit("unlimited")
        await_fact(lambda: _takes_writes(client), seconds=_SECONDS, what="it takes writes")

    _assert_come_again(refused)
    assert read == dict.fromkeys(_READS, 200)
