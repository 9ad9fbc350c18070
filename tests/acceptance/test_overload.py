"""Too much of everything: floods, a database that hangs, clients that do nothing. Memory is bounded, others are served.

Times are compared with those of the same server a moment before, and the bars are loose: the machine is shared.
"""

import asyncio
import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from typing import Final

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.server import TOKEN, Server, await_fact

_MIB: Final = 2**20
_ROUNDS: Final = 3
_ROUND_SECONDS: Final = 3.0  # in which the slowest flooder has its first answer
_PAUSE: Final = 0.02
_MOST_MIB: Final = 450  # docs/explanation/overload.md
_IDLE: Final = 10_000
_READERS: Final = 1_000
_FEW_FILES: Final = 1_024  # as many systems give a process


def tenant(server: Server, name: str) -> str:
    """The token of a new account."""
    server.send("POST", "/v1/accounts", {"name": name})
    wanted = {"name": "client", "account": name, "rights": ["admin"]}
    return server.send("POST", "/v1/tokens", wanted)["token"]


@contextmanager
def flood(server: Server, token: str, *options: str) -> Generator[dict[str, int]]:
    """While the block runs, somebody floods the server; behind it, how often each status was the answer."""
    statuses: dict[str, int] = {}
    command = [sys.executable, "-m", "tests.acceptance.flood", server.url, token, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        try:
            yield statuses
        finally:
            process.send_signal(signal.SIGTERM)
            statuses.update(json.loads(process.stdout.readline()))


def waits(client: httpx.Client) -> list[float]:
    """Seconds until each answer of somebody who sends an event now and then, shortest first; all are good."""
    waited: list[float] = []
    ends = time.perf_counter() + _ROUND_SECONDS
    while (began := time.perf_counter()) < ends:
        answer = client.post("/v1/events", json={"title": "steady"})
        waited.append(time.perf_counter() - began)
        assert answer.status_code == 201, answer.text
        time.sleep(_PAUSE)
    return sorted(waited)


def _p90(waited: list[float]) -> float:
    return waited[len(waited) * 9 // 10]


def resident(server: Server) -> float:
    """MiB."""
    return server.process.memory_info().rss / _MIB


@pytest.mark.parametrize("each", [1, 1000])
def test_a_flood_slows_nobody_else(whence: Server, each: int) -> None:
    """[OV1] Of 64 connections of another account: every event of ours is taken, about as soon as without it."""
    mine, theirs = tenant(whence, "mine"), tenant(whence, "theirs")
    slower: list[float] = []
    with whence.client(mine) as client:
        waits(client)
        for _ in range(_ROUNDS):
            alone = waits(client)
            with flood(whence, theirs, "--each", str(each)) as statuses:
                beside = waits(client)
            assert statuses.get("200" if each > 1 else "201")
            assert not {"0", "500"} & statuses.keys()
            slower.append(_p90(beside) / max(_p90(alone), 0.005))

    assert median(slower) < 4, slower


def test_a_database_that_hangs_costs_no_memory(whence: Server) -> None:
    """[OV3] A flood of large bodies is refused before they are kept; when it goes on, so does everything."""
    token = tenant(whence, "flood")
    assert _is_taken(whence, token)
    with _stopped(whence), flood(whence, token, "--each", "60", "--padding", "30000") as statuses:
        ends = time.monotonic() + 8
        most = 0.0
        while time.monotonic() < ends:
            most = max(most, resident(whence))
            time.sleep(0.05)

    assert most < _MOST_MIB, most
    assert statuses["503"] > 0
    await_fact(lambda: _is_taken(whence, token), seconds=30, what="an event is taken again")
    assert resident(whence) < _MOST_MIB


def _is_taken(server: Server, token: str) -> bool:
    with server.client(token) as client:
        return client.post("/v1/events", json={"title": "after"}).status_code == 201


@contextmanager
def _stopped(server: Server) -> Generator[None]:
    """While the block runs, PostgreSQL does nothing."""
    assert server.postmaster is not None
    family = [server.postmaster, *server.postmaster.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()


class _Silent(asyncio.Protocol):
    """Sends something at first, or nothing, and reads what comes."""

    def __init__(self, first: bytes = b"") -> None:
        self._first = first
        self.heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._first:
            assert isinstance(transport, asyncio.Transport)
            transport.write(self._first)

    def data_received(self, data: bytes) -> None:
        self.heard += len(data)


@asynccontextmanager
async def idle(port: int, many: int, first: bytes = b"") -> AsyncGenerator[list[_Silent]]:
    """So many connections that do nothing behind their first bytes."""
    loop = asyncio.get_running_loop()
    made: list[tuple[asyncio.Transport, _Silent]] = []
    try:
        for start in range(0, many, 100):
            made += await asyncio.gather(
                *(
                    loop.create_connection(lambda: _Silent(first), "127.0.0.1", port)
                    for _ in range(min(100, many - start))
                )
            )
        yield [protocol for _, protocol in made]
    finally:
        for transport, _ in made:
            transport.abort()


def test_ten_thousand_connections_that_do_nothing(whence: Server) -> None:
    """[OV5] Half of them silent, half behind a request: others are answered meanwhile, and nothing is left of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    many = min(_IDLE, hard - 1_000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    head = f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    before, files = resident(whence), whence.process.num_fds()

    async def held() -> tuple[float, list[float]]:
        async with idle(whence.port, many // 2), idle(whence.port, many // 2, head.encode()) as asking:
            async with asyncio.timeout(60):
                while not all(one.heard for one in asking):
                    await asyncio.sleep(0.05)
            assert whence.process.num_fds() > files + many * 9 // 10
            with whence.client() as client:
                waited = await asyncio.to_thread(waits, client)
            return resident(whence) - before, waited

    try:
        more, waited = asyncio.run(held())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert median(waited) < 0.25
    assert more * 1024 / many < 20, f"{more * 1024 / many:.1f} KiB a connection"
    await_fact(lambda: whence.process.num_fds() < files + 100, seconds=10, what="the connections are closed")
    assert whence.get("/v1/events")["events"]


def test_hundreds_of_idle_connections_over_grpc(whence: Server) -> None:
    """[OV5] A call beside them is answered, and so is HTTP."""
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"  # and settings: none
    port = whence.grpc_port
    before = resident(whence)

    async def asked() -> tuple[int, float]:
        async with idle(port, 400, preface) as connections, asyncio.timeout(30):
            while not all(one.heard for one in connections):
                await asyncio.sleep(0.02)
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                check = channel.unary_unary(
                    "/grpc.health.v1.Health/Check",
                    request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                    response_deserializer=health_pb2.HealthCheckResponse.FromString,
                )
                answer = await check(health_pb2.HealthCheckRequest())
            return answer.status, resident(whence)

    status, meanwhile = asyncio.run(asked())

    assert status == health_pb2.HealthCheckResponse.SERVING
    assert meanwhile - before < 60
    assert whence.send("POST", "/v1/events", {"title": "a"})["status"] == "accepted"


@pytest.mark.parametrize(("speaks", "status"), [("http", 503), ("grpc", 200)])
def test_more_connections_than_there_are_files(home: Path, speaks: str, status: int) -> None:
    """[OV5] Who comes beyond them is told so; the server and its PostgreSQL live, and go on when they leave."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, _FEW_FILES * 3), hard))
    server = Server(home)
    server.files = _FEW_FILES

    async def asked(port: int) -> tuple[int, int]:
        async with idle(port, _FEW_FILES * 11 // 10):
            with server.client() as client:
                answer = await asyncio.to_thread(client.get, "/v1/events")
            return answer.status_code, server.process.num_fds()

    try:
        server.start()
        said, files = asyncio.run(asked(server.port if speaks == "http" else server.grpc_port))
        await_fact(lambda: _serves(server), seconds=30, what="who asks next is served")
        assert server.terminate() == 0
    finally:
        server.end()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert said == status
    assert files < _FEW_FILES * 3 // 4
    assert "postgresql.down" not in server.said


def _serves(server: Server) -> bool:
    with server.client() as client:
        return client.get("/v1/events").is_success


def test_readers_who_do_not_read(whence: Server, open_readers: Callable[[Server], list[socket.socket]]) -> None:
    """[OV6] What comes is kept once for all of them, for so long; each is told that there is a gap."""
    readers = open_readers(whence)
    before = resident(whence)
    lines = "\n".join(json.dumps({"title": f"event {n}", "description": "x" * 19_000}) for n in range(100))
    with whence.client() as client:
        client.headers["content-type"] = "application/x-ndjson"
        client.timeout = httpx.Timeout(90)
        for _ in range(10):  # more than the machine keeps for each connection, and the server for each reader
            while client.post("/v1/events", content=lines).status_code == 503:
                time.sleep(0.1)  # the readers keep the server busy, and a shared machine more so

    await_fact(lambda: _metric(whence, "whence_stream_resets_total") >= _READERS, seconds=60, what="all are reset")
    more = resident(whence) - before
    assert more < 300, more
    assert _ended_by(readers[0]).endswith(b"event: reset\ndata: {}\n\n\r\n0\r\n\r\n")


@pytest.fixture
def open_readers() -> Generator[Callable[[Server], list[socket.socket]]]:
    """Opens the stream so often, and reads no more than that it is open."""
    sockets: list[socket.socket] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, soft + 2 * _READERS), hard))

    def opened(server: Server) -> list[socket.socket]:
        head = f"GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        for _ in range(_READERS):
            one = socket.socket()
            sockets.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # else the machine keeps megabytes for each
            one.connect(("127.0.0.1", server.port))
            one.sendall(head.encode())
        for one in sockets:
            while b": connected" not in one.recv(1024, socket.MSG_PEEK):
                time.sleep(0.001)
        return sockets

    try:
        yield opened
    finally:
        for one in sockets:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _ended_by(reader: socket.socket) -> bytes:
    """The last of what comes until the end."""
    reader.settimeout(30)
    last = b""
    while not last.endswith(b"\r\n0\r\n\r\n") and (some := reader.recv(65_536)):
        last = (last + some)[-200:]
    return last


def _metric(server: Server, name: str) -> float:
    text = httpx.get(f"{server.url}/metrics").text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return sum(sample.value for sample in samples if sample.name == name)
