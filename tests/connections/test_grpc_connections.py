"""Clients over gRPC that hold on to what others need: connections on which nothing is asked, calls without an end."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest

from tests.operations.counted import refused_since
from whence.rpc import RpcServer

_Call = Callable[..., Any]

_HOST: Final = "127.0.0.1"
_SOON: Final = 0.5
_LONG: Final = 60.0
_OF_ITS_OWN: Final = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 200))
_SERVING: Final = HealthCheckResponse(status=HealthCheckResponse.SERVING).SerializeToString()
_LIST: Final = ServerReflectionRequest(list_services="").SerializeToString()
_FRAMES: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


@asynccontextmanager
async def _serving(*, idle: float = _LONG, age: float = _LONG) -> AsyncGenerator[RpcServer]:
    server = RpcServer([_HOST], 0, idle_seconds=idle, age_seconds=age, last_seconds=age)
    await server.start([])
    try:
        yield server
    finally:
        await server.stop(0)


@asynccontextmanager
async def _connected(server: RpcServer) -> AsyncGenerator[grpc.aio.Channel]:
    """A client that shares its connection with no other one, and opens another when it is closed."""
    async with grpc.aio.insecure_channel(f"{_HOST}:{server.port}", options=_OF_ITS_OWN) as channel:
        yield channel


async def _asks(channel: grpc.aio.Channel) -> bytes:
    """What is answered to a call with an end, about the server as a whole: an empty message."""
    check = cast("_Call", channel.unary_unary("/grpc.health.v1.Health/Check"))
    return await check(b"", wait_for_ready=True, timeout=_LONG)


def _watches(channel: grpc.aio.Channel) -> Any:  # noqa: ANN401  the stubs know no type for it
    """A call without an end."""
    return cast("_Call", channel.unary_stream("/grpc.health.v1.Health/Watch"))(b"")


def _reflects(channel: grpc.aio.Channel) -> Any:  # noqa: ANN401  the same
    """Another."""
    return cast("_Call", channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"))()


@pytest.fixture
def _room_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whence.rpc.most_grpc_connections", lambda: 1)


@pytest.mark.usefixtures("_room_for_one")
async def test_who_asks_nothing_makes_room() -> None:
    """[OV5] For whoever waits for a connection; its client opens another when it asks again, and hears nothing."""
    async with _serving(idle=_SOON) as server, _connected(server) as idle:
        first = await _asks(idle)
        async with _connected(server) as waiting:
            second = await _asks(waiting)
        again = await _asks(idle)

    assert (first, second, again) == (_SERVING, _SERVING, _SERVING)


@pytest.mark.usefixtures("_room_for_one")
@pytest.mark.parametrize("sent", [b"", _FRAMES, b"GET / HTTP/1.1\r\n"], ids=["nothing", "frames", "another protocol"])
async def test_who_never_asks_anything_makes_room(sent: bytes) -> None:
    """[OV5] Also when it does not even speak as it must."""
    async with _serving(idle=_SOON) as server:
        with socket.create_connection((_HOST, server.port)) as silent:
            silent.sendall(sent)
            async with _connected(server) as waiting:
                assert await _asks(waiting) == _SERVING


@pytest.mark.usefixtures("_room_for_one")
async def test_a_connection_does_not_grow_old() -> None:
    """[OV5] However much is asked on it: what has no end is cut, and asked for again."""
    async with _serving(age=_SOON) as server, _connected(server) as busy:
        watch = _watches(busy)
        told = await watch.read()
        async with _connected(server) as waiting:
            assert await _asks(waiting) == _SERVING
        code = await watch.code()

    assert told == _SERVING
    assert code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("method", ["Check", "Watch"])
async def test_a_message_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """[OV3] Also of the calls that are the library's: a few are read at a time, and who is slow makes room."""
    monkeypatch.setattr("whence.rpc._READ_AT_A_TIME", 1)
    monkeypatch.setattr("whence.rpc._READ_SECONDS", _SOON)
    async with _serving() as server, _connected(server) as channel:
        call = cast("_Call", channel.stream_stream(f"/grpc.health.v1.Health/{method}"))
        slow, none = await call().code(), await call([]).code()
        asked = await _asks(channel)

    assert slow is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert none is grpc.StatusCode.INVALID_ARGUMENT
    assert asked == _SERVING


async def test_calls_without_an_end_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """[OV5] There are so many of them at most; one more is told so, and what has an end is answered."""
    monkeypatch.setattr("whence.rpc._MOST_STREAMS", 2)
    async with _serving() as server, _connected(server) as channel:
        watch, reflected = _watches(channel), _reflects(channel)
        await watch.read()
        await reflected.write(_LIST)
        await reflected.read()
        since = refused_since()

        codes = [await _watches(channel).code(), await _reflects(channel).code()]
        counted = since()
        asked = await _asks(channel)
        watch.cancel()
        async with asyncio.timeout(_LONG):
            while await _watches(channel).read() is grpc.aio.EOF:  # as long as the one that left is not gone
                pass

    assert codes == [grpc.StatusCode.RESOURCE_EXHAUSTED] * 2
    assert counted == {("none", "busy"): 2}
    assert asked == _SERVING
