"""Reflection and health, as clients without interface files use them (contract 3)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final, cast

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc import StatusCode
from grpc.aio import insecure_channel
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from whence.dialects.cloudforet.schema import SERVICES
from whence.dialects.cloudforet.tests.wired import PACKAGE, Wire, over_grpc
from whence.rpc import RpcServer
from whence.server import House

_VERSIONS: Final = ("grpc.reflection.v1alpha", "grpc.reflection.v1")
_NOT_FOUND: Final = 5
_Asked = reflection_pb2.ServerReflectionRequest
_Told = reflection_pb2.ServerReflectionResponse


@pytest.fixture
async def wire(house: House) -> AsyncGenerator[Wire]:
    """A client without a token."""
    async with over_grpc(house.context, {}) as wire:
        yield wire


async def _tell(wire: Wire, version: str, *asked: _Asked) -> list[_Told]:
    """What is answered to the requests, on one stream."""

    async def requests() -> AsyncIterator[_Asked]:
        for one in asked:
            yield one

    call: Any = wire.channel.stream_stream(
        f"/{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=_Asked.SerializeToString,
        response_deserializer=_Told.FromString,
    )
    return [one async for one in call(requests(), timeout=20)]


async def _services(wire: Wire, version: str) -> list[str]:
    (told,) = await _tell(wire, version, _Asked(list_services=""))
    return [service.name for service in told.list_services_response.service]


def _files(told: _Told) -> list[FileDescriptorProto]:
    return [FileDescriptorProto.FromString(raw) for raw in told.file_descriptor_response.file_descriptor_proto]


@pytest.mark.parametrize("version", _VERSIONS)
async def test_every_listed_service_resolves(wire: Wire, version: str) -> None:
    """From nothing but the answers, file after file, every import comes to an end in a pool of the client's own."""
    names = await _services(wire, version)

    files: dict[str, FileDescriptorProto] = {}
    for told in await _tell(wire, version, *(_Asked(file_containing_symbol=name) for name in names)):
        files |= {file.name: file for file in _files(told)}
    while missing := {name for file in files.values() for name in file.dependency} - files.keys():
        for told in await _tell(wire, version, *(_Asked(file_by_filename=name) for name in sorted(missing))):
            files |= {file.name: file for file in _files(told)}
    pool = DescriptorPool()
    while files:
        ready = [file for file in files.values() if not files.keys() & set(file.dependency)]
        assert ready, "the imports are a circle"
        for file in ready:
            pool.AddSerializedFile(files.pop(file.name).SerializeToString())

    assert {f"{PACKAGE}.{name}" for name in SERVICES} < set(names)
    assert all(pool.FindServiceByName(name).methods for name in names)


async def test_short_names_are_unique(wire: Wire) -> None:
    """Clients bind services by them, and the last would win."""
    names = [name.rpartition(".")[2] for name in await _services(wire, "grpc.reflection.v1alpha")]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("symbol", [f"{PACKAGE}.EventQuery", "spaceone.api.core.v2.Query", "google.protobuf.Struct"])
async def test_a_symbol_is_found_with_all_imports(wire: Wire, symbol: str) -> None:
    (told,) = await _tell(wire, "grpc.reflection.v1alpha", _Asked(file_containing_symbol=symbol))

    names = {file.name for file in _files(told)}
    assert {name for file in _files(told) for name in file.dependency} <= names


async def test_the_newer_reflection_describes_itself(wire: Wire) -> None:
    symbol = "grpc.reflection.v1.ServerReflection"

    (told,) = await _tell(wire, "grpc.reflection.v1", _Asked(file_containing_symbol=symbol))

    (file,) = _files(told)
    assert file.package == "grpc.reflection.v1"
    assert file.service[0].method[0].input_type == ".grpc.reflection.v1.ServerReflectionRequest"


async def test_what_is_not_there_is_not_found(wire: Wire) -> None:
    """The stream goes on."""
    unknown, known = await _tell(
        wire,
        "grpc.reflection.v1alpha",
        _Asked(file_containing_symbol="spaceone.api.identity.v2.Endpoint"),
        _Asked(file_by_filename="spaceone/api/core/v2/query.proto"),
    )

    assert unknown.error_response.error_code == _NOT_FOUND
    assert _files(known)


async def test_health_needs_no_token(wire: Wire) -> None:
    """Of the server as a whole, and of each service."""
    said = [
        health_pb2.HealthCheckResponse.FromString(
            await wire.raw(
                "/grpc.health.v1.Health/Check", health_pb2.HealthCheckRequest(service=name).SerializeToString()
            )
        ).status
        for name in ("", f"{PACKAGE}.Event")
    ]

    assert said == [health_pb2.HealthCheckResponse.SERVING] * 2


async def test_a_port_has_one_server() -> None:
    """The second is refused, instead of taking half of the calls."""
    first = RpcServer(["127.0.0.1"], 0)

    with pytest.raises(OSError, match=str(first.port)):
        RpcServer(["127.0.0.1"], first.port)

    await first.stop(0)


async def test_a_stream_does_not_hold_up_the_stop() -> None:
    """Whoever watches the health, or keeps the reflection open, is sent away well within the grace."""
    server = RpcServer(["127.0.0.1"], 0)
    await server.start([])

    async with insecure_channel(f"127.0.0.1:{server.port}") as opened:
        channel = cast("Any", opened)
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=20)
        tell = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")(timeout=20)
        await watch.read()
        await tell.write(_Asked(list_services="").SerializeToString())
        await tell.read()
        await asyncio.wait_for(server.stop(60), 10)
        last = health_pb2.HealthCheckResponse.FromString(await watch.read())
        ends = [await watch.code(), await tell.code()]

    assert last.status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert ends == [StatusCode.OK, StatusCode.OK]


async def test_all_addresses_have_one_port() -> None:
    server = RpcServer(["127.0.0.1", "127.0.0.2"], 0)
    await server.start([])

    async with (
        insecure_channel(f"127.0.0.1:{server.port}") as one,
        insecure_channel(f"127.0.0.2:{server.port}") as other,
    ):
        listed = [await _services(Wire(channel), "grpc.reflection.v1") for channel in (one, other)]

    await server.stop(0)
    assert listed == [["grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"]] * 2
