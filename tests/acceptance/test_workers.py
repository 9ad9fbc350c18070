"""`whence serve --workers 2`: processes that serve as one, of which any may be killed."""

import asyncio
import json
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from statistics import median
from typing import Any, Final, cast

import httpx
import psutil
import pytest
from grpc import insecure_channel

from tests.acceptance.load import stored
from tests.acceptance.reader import Reader
from tests.acceptance.senders import Senders, assert_all_once, assert_kept
from tests.acceptance.server import TOKEN, Server, await_fact, bearer, directory, free_port
from tests.acceptance.workers import await_begun, await_end, begun, workers

_TWO: Final = {"WHENCE_WORKERS": "2"}
_SECONDS: Final = 30.0
_ACCEPTED: Final = 'whence_events_total{outcome="accepted"}'


@pytest.fixture(scope="module")
def crew() -> Generator[Server]:
    """A server of two workers, both of which take requests; it is so again after each test."""
    with directory() as home:
        server = Server(home, **_TWO)
        try:
            yield server.start()
        finally:
            server.end()


@pytest.fixture(autouse=True)
def whole(crew: Server) -> None:
    """Both of its workers are there."""
    await_begun(crew, 2)


def test_a_worker_that_is_killed_is_replaced(crew: Server) -> None:
    """[RU10, IN1, IN3] `kill -9` of either loses nothing, and who sends once more what was not answered is answered."""
    first = workers(crew)
    senders = Senders(crew, name="killed")

    def kill(number: int) -> None:
        before = begun(crew)
        first[number].kill()
        await_begun(crew, before + 1)

    senders.struck(partial(kill, 0), partial(kill, 1))

    assert_all_once(senders, crew)
    assert senders.again > 0
    assert len(workers(crew)) == 2
    assert not set(first) & set(workers(crew))
    assert crew.said.count('"worker.lost"') == 2


def test_who_is_lost_again_and_again_keeps_nobody_waiting(crew: Server) -> None:
    """[RU10] The next one comes after a pause, in which the others answer everybody."""
    before = begun(crew)
    if _lost_newest(crew) == 0:  # the first time in a while
        await_begun(crew, before + 1)
        before = begun(crew)
        assert _lost_newest(crew) > 0

    answers = [_answered_at_once(crew) for _ in range(16)]
    meanwhile = begun(crew) - before
    await_begun(crew, before + 1)

    assert answers == [b"HTTP/1.1 200 OK"] * 16
    assert meanwhile == 0
    assert len(workers(crew)) == 2


def _lost_newest(server: Server) -> float:
    """Kill the newest worker; the pause after which another one begins, in seconds."""
    times = len(_lost(server))
    workers(server)[-1].kill()
    await_fact(lambda: len(_lost(server)) > times, seconds=_SECONDS, what="it is missed")
    return _lost(server)[-1]


def _lost(server: Server) -> list[float]:
    """The pause after each worker that was lost, in seconds."""
    return [json.loads(line)["again_in_s"] for line in server.said.splitlines() if '"worker.lost"' in line]


def _answered_at_once(server: Server) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=_SECONDS) as asking:
        asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return asking.recv(1000).split(b"\r\n")[0]


def test_workers_are_replaced_one_after_the_other(crew: Server) -> None:
    """[RU10] SIGHUP, under load: there are two new ones, and nobody noticed."""
    first, lost = workers(crew), crew.said.count('"worker.lost"')
    senders = Senders(crew, name="replaced")

    def replace() -> None:
        before = begun(crew)
        crew.process.send_signal(signal.SIGHUP)
        await_begun(crew, before + 2)
        await_end(first)

    senders.struck(replace)

    assert_all_once(senders, crew)
    assert len(workers(crew)) == 2
    assert crew.said.count('"worker.lost"') == lost


def _told_by_a_terminal(server: Server) -> None:
    """Ctrl-C: every process of the group is told."""
    for process in _family(server):
        process.send_signal(signal.SIGINT)


def _told_by_a_service_manager(server: Server) -> None:
    for process in [server.process, *workers(server)]:
        process.send_signal(signal.SIGTERM)


def _family(server: Server) -> list[psutil.Process]:
    """Its processes; PostgreSQL is a family of its own."""
    return [server.process, *(one for one in server.process.children() if one != server.postmaster)]


@pytest.mark.parametrize("tell", [_told_by_a_terminal, _told_by_a_service_manager])
def test_all_end_together(crew: Server, tell: Callable[[Server], None]) -> None:
    """[RU4, RU10] Under load, with exit code 0, and PostgreSQL with them; what was answered is there afterwards."""
    family = _family(crew)
    senders = Senders(crew, name=tell.__name__)

    def end() -> None:
        before = begun(crew)
        tell(crew)
        assert crew.wait() == 0
        await_end(family)
        assert crew.postmaster is None
        crew.start()
        await_begun(crew, before + 2)

    senders.struck(end)

    assert_kept(senders, crew)
    assert "Traceback" not in crew.said


def test_nobody_outlives_a_parent_that_is_killed(crew: Server) -> None:
    """[RU3, RU10] `kill -9`: the workers finish what they have begun and end. The next start finds everything free."""
    family = _family(crew)
    senders = Senders(crew, name="orphaned")

    def kill() -> None:
        before = begun(crew)
        crew.kill()
        await_end(family)
        crew.start()
        await_begun(crew, before + 2)

    senders.struck(kill)

    assert len(family) >= 3
    assert_kept(senders, crew)


@contextmanager
def _half_sent(server: Server, title: str) -> Generator[Callable[[], bytes]]:
    """A request whose body is on its way; what it gives sends the rest, and tells the head of the answer."""
    body = f'{{"title": "{title}"}}'.encode()
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: {bearer(TOKEN)['authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=_SECONDS) as sending:
        sending.sendall(head.encode() + body[:5])

        def finish() -> bytes:
            sending.sendall(body[5:])
            return sending.recv(1000)

        yield finish


def _told_alone(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize(("count", "tell"), [(1, _told_alone), (2, _told_alone), (2, _told_by_a_terminal)])
def test_what_is_under_way_at_the_end_is_answered(
    crew: Server, begin: Callable[..., Server], count: int, tell: Callable[[Server], None]
) -> None:
    """[RU4] A request that had begun when the server was told to stop is stored, while no new one is taken."""
    server = crew if count == 2 else begin()
    title = f"half {tell.__name__}"
    with ExitStack() as stack:
        rest = [stack.enter_context(_half_sent(server, f"{title} {n}")) for n in range(8)]
        await_fact(lambda: _connected(server) >= len(rest), seconds=_SECONDS, what="the server has them")
        tell(server)
        await_fact(lambda: not _is_open(server), seconds=_SECONDS, what="it takes nobody any more")
        heads = [finish() for finish in rest]
        assert server.wait() == 0

    before = begun(server)
    server.start()
    await_begun(server, before + (2 if count == 2 else 0))

    assert {head.split(b"\r\n")[0] for head in heads} == {b"HTTP/1.1 201 Created"}
    assert {name: times for name, times in stored(server).items() if name.startswith(title)} == {
        f"{title} {n}": 1 for n in range(8)
    }


def _connected(server: Server, among: Sequence[psutil.Process] | None = None) -> int:
    """How many connections those who serve have taken."""
    serving = among or workers(server) or [server.process]
    connections = [one for process in serving for one in process.net_connections()]
    return sum(one.status == psutil.CONN_ESTABLISHED and one.laddr[1] == server.port for one in connections)


def _is_open(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/healthz").is_success
    except httpx.TransportError:
        return False


def test_readers_and_senders_of_different_workers(crew: Server) -> None:
    """[LV1, RU10] Whoever took an event, readers of both workers see it, within 50 ms of its answer."""
    sent: dict[str, float] = {}

    async def seen() -> list[Reader]:
        readers = [Reader(server=crew) for _ in range(8)]
        async with asyncio.TaskGroup() as group, crew.aclient() as client:
            following = [group.create_task(reader.run()) for reader in readers]
            for reader in readers:
                await reader.until_connected()
            assert all(_connected(crew, [one]) for one in workers(crew))
            for n in range(200):
                await client.post("/v1/events", json={"title": f"event {n}"})
                sent[f"event {n}"] = asyncio.get_running_loop().time()
            for reader in readers:
                await reader.until(200)
            for one in following:
                one.cancel()
        return readers

    readers = asyncio.run(seen())

    connected = [
        len([c for c in one.net_connections() if c.laddr and c.laddr[1] == crew.port]) for one in workers(crew)
    ]
    assert all(connected), connected
    assert all(reader.titles == list(sent) for reader in readers)
    delays = [reader.seen_at[title] - at for reader in readers for title, at in sent.items()]
    assert median(delays) <= 0.05


def test_any_worker_tells_the_figures_of_all(crew: Server) -> None:
    """[RU8, RU10] `/metrics` adds up, over workers that were killed, too."""
    stood = _figure(crew, _ACCEPTED)
    for number in range(2):
        for n in range(20):
            with crew.client() as client:  # a connection of its own each: either worker takes it
                client.post("/v1/events", json={"title": f"figure {number} {n}"}).raise_for_status()
        before = begun(crew)
        workers(crew)[number].kill()
        await_begun(crew, before + 1)

        assert {_figure(crew, _ACCEPTED) for _ in range(8)} == {stood + 20 * (number + 1)}


def _figure(server: Server, name: str, port: int | None = None) -> float:
    said = httpx.get(f"http://127.0.0.1:{port or server.port}/metrics").raise_for_status().text
    (line,) = [line for line in said.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_figures_on_a_port_of_their_own_and_grpc(begin: Callable[..., Server]) -> None:
    """[RU8, RU10] The parent serves `/metrics` on `WHENCE_METRICS_PORT`; all workers share the port of gRPC."""
    port = free_port()
    server = begin(**_TWO, WHENCE_METRICS_PORT=str(port))
    await_begun(server, 2)
    for n in range(8):
        with server.client() as client:
            client.post("/v1/events", json={"title": f"event {n}"}).raise_for_status()
    asked = [cast("Any", insecure_channel(f"127.0.0.1:{server.grpc_port}")) for _ in range(8)]
    health = [channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=_SECONDS) for channel in asked]
    for channel in asked:
        channel.close()

    assert _figure(server, _ACCEPTED, port=port) == 8
    assert httpx.get(f"{server.url}/metrics").status_code == httpx.codes.NOT_FOUND
    assert health == [b"\x08\x01"] * 8  # SERVING
    assert len({line for line in server.said.splitlines() if '"grpc.served"' in line}) == 2


def test_a_second_server_on_the_port_is_told(crew: Server) -> None:
    """[RU10] Neither port is shared with a stranger, though workers share theirs."""
    for http, grpc in ((crew.port, 0), (free_port(), crew.grpc_port)):
        other = Server(crew.home, name=f"other-{grpc}", **_TWO, WHENCE_GRPC_PORT=str(grpc))
        other.port = http
        other.spawn()
        try:
            assert other.wait() == 1
        finally:
            other.end()
        assert "something else listens there" in other.said
