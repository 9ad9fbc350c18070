"""This dialect's transports around handlers that a test makes up, and real clients to speak to them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import httpx
from google.protobuf.json_format import MessageToDict, ParseDict
from grpc import StatusCode
from grpc.aio import AioRpcError, Channel, insecure_channel
from starlette.requests import Request

from whence.dialects import Context, Dialect
from whence.dialects.cloudforet.answer import Answer
from whence.dialects.cloudforet.call import Call, Handler, table
from whence.dialects.cloudforet.grpc import services
from whence.dialects.cloudforet.http import app, owns
from whence.dialects.cloudforet.schema import SERVICES, message_class
from whence.edge import Edge
from whence.rpc import RpcServer

Metadata = Sequence[tuple[str, str]]

LOCAL: Final = "127.0.0.1"
PACKAGE: Final = "spaceone.api.monitoring.v1"  # contract 1.4


class Recorder:
    """A handler that answers always the same, or fails always the same, and knows what it was asked."""

    def __init__(self, reply: Mapping[str, Any] | Exception) -> None:
        self._reply = reply
        self.calls: list[Call] = []

    async def __call__(self, call: Call) -> Mapping[str, Any]:
        """Answer."""
        self.calls.append(call)
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply

    @property
    def asked(self) -> Mapping[str, Any]:
        """The only request that came."""
        (call,) = self.calls
        return call.request


class Wire:
    """A client that speaks gRPC, as one that has this dialect's messages."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    async def __call__(self, name: str, request: Mapping[str, Any], metadata: Metadata = ()) -> dict[str, Any]:
        """The reply to a call: `Event.get`."""
        service, _, verb = name.partition(".")
        method = SERVICES[service].methods_by_name[verb]
        sent = ParseDict(dict(request), message_class(method.input_type.full_name)()).SerializeToString()
        raw = await self.raw(f"/{PACKAGE}.{service}/{verb}", sent, metadata)
        reply = message_class(method.output_type.full_name).FromString(raw)
        return MessageToDict(reply, preserving_proto_field_name=True)

    async def raw(self, path: str, sent: bytes, metadata: Metadata = ()) -> bytes:
        """The bytes that are answered to bytes."""
        return await cast("Any", self.channel).unary_unary(path)(sent, metadata=tuple(metadata), timeout=20)

    async def failure(self, name: str, request: Mapping[str, Any], metadata: Metadata = ()) -> tuple[StatusCode, str]:
        """With which status and details the call ends, which has no reply."""
        return await failed(self(name, request, metadata))


async def failed(call: Any) -> tuple[StatusCode, str]:  # noqa: ANN401  whatever can be awaited
    """With which status and details the call ends."""
    try:
        await call
    except AioRpcError as error:
        return error.code(), error.details() or ""
    raise AssertionError("the call was answered")


def bearing(token: str) -> Metadata:
    """The metadata with a token as most clients send it."""
    return [("token", token)]


@asynccontextmanager
async def over_grpc(context: Context, handlers: Mapping[str, Handler]) -> AsyncGenerator[Wire]:
    """A client of a server that has these handlers."""
    server = RpcServer([LOCAL], 0)
    await server.start([services(table(handlers), context)])
    unlimited = [("grpc.max_receive_message_length", -1)]
    try:
        async with insecure_channel(f"{LOCAL}:{server.port}", options=unlimited) as channel:
            yield Wire(channel)
    finally:
        await server.stop(0)


@asynccontextmanager
async def over_rest(
    context: Context, handlers: Mapping[str, Handler], token: str | None = None
) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a server that has these handlers, and one for webhooks that answers with the parts of the path."""

    async def ingest(request: Request) -> Answer:
        return Answer(dict(request.path_params))

    dialect = Dialect(name="native", app=lambda own: app(own, table(handlers), ingest), owns=owns)
    transport = httpx.ASGITransport(Edge([dialect], context, options={}, hosts=()))  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client
