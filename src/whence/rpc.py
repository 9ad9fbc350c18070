"""The gRPC services of all dialects on one port, with health and reflection; it knows no service by name.

Reflection is served in both of its versions. Of two services with one short name only one is listed, because some
clients know services by that alone: of the reflection's own that is the older, which all clients speak.
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, Final, TypeVar, cast

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio as reflection
from prometheus_client import Histogram

from whence import refusals
from whence.dialects import GrpcServices
from whence.domain.errors import Reason
from whence.refusals import NOBODY, Tally
from whence.sockets import most_grpc_connections
from whence.spans import NOWHERE, Spans

T = TypeVar("T")
_Context = grpc.aio.ServicerContext[Any, Any]
_Handler = Any  # grpc.RpcMethodHandler: the stubs know no coroutines in it

RPCS: Final = Histogram("whence_rpc_seconds", "From the arrival of a call over gRPC to its answer.", ["method", "code"])
_MOST_REQUEST_BYTES: Final = 4 * 1024 * 1024
_MOST_CALLS: Final = 1000  # at once, over all connections; more are told RESOURCE_EXHAUSTED
_SHARES: Final = "grpc.so_reuseport"
_MOST_CONNECTIONS: Final = "grpc.max_allowed_incoming_connections"  # to an address; those beyond are closed at once
_MOST_STREAMS: Final = 100  # of those calls that last as long as their clients like
_READ_AT_A_TIME: Final = 16  # messages of calls that are the library's, which else reads each unasked: 4 MiB at most
_READ_SECONDS: Final = 20.0  # in which such a message is there
_IDLE_SECONDS: Final = 75  # without a call, as over HTTP; a client hears nothing of it, and connects again when it asks
_AGE_SECONDS: Final = 3600  # of a connection on which something is asked
_LAST_SECONDS: Final = 60  # for the calls that are under way on one that is too old: longer than any that has an end
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", _MOST_REQUEST_BYTES),
    ("grpc.max_send_message_length", -1),  # a list is as long as it is
    ("grpc.max_concurrent_streams", 200),  # of one connection
    ("grpc.http2.bdp_probe", 0),  # else a fast one may send megabytes of a call that nobody reads yet: now 64 KiB
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),  # a client that asks more often is sent away
)
# What a code means when nobody noted why; a bug (INTERNAL, UNKNOWN) is no refusal.
_CODES: Final[Mapping[object, Reason]] = {
    "INVALID_ARGUMENT": Reason.INVALID,
    "FAILED_PRECONDITION": Reason.INVALID,
    "OUT_OF_RANGE": Reason.INVALID,
    "UNAUTHENTICATED": Reason.UNAUTHENTICATED,
    "PERMISSION_DENIED": Reason.FORBIDDEN,
    "NOT_FOUND": Reason.NOT_FOUND,
    "ALREADY_EXISTS": Reason.CONFLICT,
    "ABORTED": Reason.CONFLICT,
    "RESOURCE_EXHAUSTED": Reason.BUSY,
    "UNAVAILABLE": Reason.BUSY,
    "UNIMPLEMENTED": Reason.UNSUPPORTED,
    "DEADLINE_EXCEEDED": Reason.TIMEOUT,
}
_BROKEN: Final = frozenset({"INTERNAL", "UNKNOWN"})
_HEALTH: Final = "grpc.health.v1.Health"
_OLDER: Final = "grpc.reflection.v1alpha"
_NEWER: Final = "grpc.reflection.v1"


class _Streams:
    """For calls that last as long as their clients like: they end when the server stops, which else waits for them.

    They have to end by themselves: one that is merely cancelled is open for the server until its grace is over. And
    they leave most of the calls that there may be at a time to others.
    """

    def __init__(self) -> None:
        self._closing = asyncio.Event()
        self._open = 0

    @asynccontextmanager
    async def place(self, context: _Context) -> AsyncGenerator[None]:
        """A place for a call while the block runs; a call too many ends here."""
        if self._open >= _MOST_STREAMS:
            refusals.count(NOBODY, [Reason.BUSY])
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many such calls at a time")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def before_end(self, awaited: Coroutine[None, None, T]) -> T | None:
        """What is awaited, if it comes before the end."""
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(awaited)
            closing = group.create_task(self._closing.wait())
            await asyncio.wait({waiting, closing}, return_when=asyncio.FIRST_COMPLETED)
            is_there = waiting.done()
            waiting.cancel()
            closing.cancel()
        return waiting.result() if is_there else None

    def end(self) -> None:
        """Send them away."""
        self._closing.set()


class _Health(health.HealthServicer):
    def __init__(self, streams: _Streams) -> None:
        super().__init__()
        self._streams = streams

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: _Context) -> None:  # noqa: N802  the protocol's
        async with self._streams.place(context):
            await self._streams.before_end(super().Watch(request, context))


class _Reading:
    """Reads the one message of a call, a few at a time (ADR 0028)."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_READ_AT_A_TIME)

    async def message(self, sent: AsyncIterator[Any], context: _Context) -> Any:  # noqa: ANN401  the protocol's
        """What is sent; a call whose message does not come in time, or of which there is not just one, ends here."""
        message, many = None, 0
        try:
            async with asyncio.timeout(_READ_SECONDS), self._places:
                async for one in sent:  # to the end: the library lets go of what it read then
                    message, many = one if not many else None, many + 1
        except TimeoutError:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "the message did not come in time")
        if many != 1:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a call has one message")
        return message

    def unary(self, handler: _Handler) -> _Handler:
        """The same method, for the library one of many messages: it reads none unasked."""

        async def answer(sent: AsyncIterator[Any], context: _Context) -> object:
            return await handler.unary_unary(await self.message(sent, context), context)

        return grpc.stream_unary_rpc_method_handler(
            answer,  # pyright: ignore[reportArgumentType]  the stubs know no coroutines here
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def stream(self, handler: _Handler) -> _Handler:
        """The same, of one that answers as long as its client likes."""

        async def answer(sent: AsyncIterator[Any], context: _Context) -> None:
            await handler.unary_stream(await self.message(sent, context), context)

        return grpc.stream_stream_rpc_method_handler(
            answer,  # pyright: ignore[reportArgumentType]  the stubs know no coroutines here
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


class _Timed(grpc.aio.ServerInterceptor):
    """Every call that is answered once is timed, and counted when it is refused.

    Its method is one that is served, so there are few of them; a call of another is refused here.
    """

    def __init__(self) -> None:
        self._nobody = Tally(NOBODY, _CODES)
        self._reading = _Reading()
        self._tallies: dict[str, Tally] = {}
        self._dialects: dict[str, str] = {}
        self._spans: Spans = NOWHERE

    def serve(self, spoken: Iterable[GrpcServices], spans: Spans) -> None:
        """Calls of these services are their dialects'."""
        self._spans = spans
        for one in spoken:
            self._dialects |= dict.fromkeys(one.names, one.dialect)
            self._tallies |= dict.fromkeys(one.names, Tally(one.dialect, _CODES))

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:  # noqa: ANN401  the stubs know no type for it
        handler = await continuation(handler_call_details)
        if handler is None:
            refusals.begin()
            self._nobody.answered("UNIMPLEMENTED")
            return None
        if not handler.request_streaming:
            handler = self._reading.stream(handler) if handler.response_streaming else self._reading.unary(handler)
        if handler.response_streaming:
            return handler
        respond = handler.stream_unary
        method = handler_call_details.method
        service = method[1:].rpartition("/")[0]
        tally = self._tallies.get(service, self._nobody)

        async def answer(request: object, context: _Context) -> object:
            started = perf_counter()
            refusals.begin()
            with self._spans.serving(context.invocation_metadata() or ()) as span:
                span.name(f"{self._dialects.get(service, NOBODY)} {method}")
                try:
                    return await respond(request, context)
                finally:
                    code = _code(context)
                    RPCS.labels(method, code).observe(perf_counter() - started)
                    span.put("rpc.response.status_code", code)
                    if code in _BROKEN:
                        span.fail(code)
                    elif (reason := tally.answered(code)) is not None:
                        span.put("whence.refused", reason.value)

        return grpc.stream_unary_rpc_method_handler(
            answer,  # pyright: ignore[reportArgumentType]  the stubs know no coroutines here
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def _code(context: _Context) -> str:
    """The name of the status that the call ends with."""
    code = cast("grpc.StatusCode | None", context.code())  # None: nobody said that anything went wrong
    return (code or grpc.StatusCode.OK).name


class RpcServer:
    """A server in the running loop. It listens from the start, and answers once it has services.

    Args:
        addresses: IP addresses to listen on.
        port: the same for all of them; 0 = any that is free.
        shares: whether the port is that of other servers, too. One that is alone wants to know when it is not: a second
            server would take half of the calls, and nobody would notice.
        idle_seconds: after which a connection without a call is closed.
        age_seconds: after which, a tenth more or less, no further call is taken on a connection.
        last_seconds: that its calls have then, until it is closed.

    Raises:
        OSError: the port cannot be had.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        port: int,
        *,
        shares: bool = False,
        idle_seconds: float = _IDLE_SECONDS,
        age_seconds: float = _AGE_SECONDS,
        last_seconds: float = _LAST_SECONDS,
    ) -> None:
        self._timed = _Timed()
        each = max(1, most_grpc_connections() // len(addresses))
        self._server = grpc.aio.server(
            options=(
                *_OPTIONS,
                (_SHARES, int(shares)),
                (_MOST_CONNECTIONS, each),
                ("grpc.max_connection_idle_ms", round(idle_seconds * 1000)),
                ("grpc.max_connection_age_ms", round(age_seconds * 1000)),
                ("grpc.max_connection_age_grace_ms", round(last_seconds * 1000)),
            ),
            maximum_concurrent_rpcs=_MOST_CALLS,
            interceptors=(self._timed,),
        )
        self._streams = _Streams()
        self._health = _Health(self._streams)
        self.port = port
        for address in addresses:
            try:
                self.port = self._server.add_insecure_port(_spelled(address, self.port))
            except RuntimeError as exc:
                raise OSError(str(exc)) from exc

    async def start(self, services: Iterable[GrpcServices], *, spans: Spans = NOWHERE) -> None:
        """Answer calls of these services."""
        spoken = list(services)
        self._timed.serve(spoken, spans)
        files = [*_library_files(), *(file for one in spoken for file in one.files)]
        names = (*(name for one in spoken for name in one.names), _HEALTH, f"{_OLDER}.ServerReflection")
        for one in spoken:
            self._server.add_generic_rpc_handlers(one.handlers)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        for name in names:
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._server.add_generic_rpc_handlers(_reflection(names, _pool(files), self._streams))
        await self._server.start()

    async def stop(self, grace_seconds: float) -> None:
        """Take no more calls, and give those that are under way this long. A later call may shorten it."""
        await self._health.enter_graceful_shutdown()
        self._streams.end()
        await self._server.stop(grace_seconds)


def _spelled(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _reflection(names: Sequence[str], pool: DescriptorPool, streams: _Streams) -> list[grpc.GenericRpcHandler]:
    """Both versions; their messages are the same on the wire."""
    info = cast("Callable[..., AsyncIterator[Any]]", reflection.ReflectionServicer(names, pool).ServerReflectionInfo)

    async def told(requests: AsyncIterator[Any], context: _Context) -> AsyncIterator[Any]:
        async with streams.place(context):
            async for one in info(_before_end(requests, streams), context):
                yield one

    method = grpc.stream_stream_rpc_method_handler(
        told,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    return [
        grpc.method_handlers_generic_handler(f"{package}.ServerReflection", {"ServerReflectionInfo": method})
        for package in (_OLDER, _NEWER)
    ]


async def _before_end(requests: AsyncIterator[Any], streams: _Streams) -> AsyncIterator[Any]:
    async def following() -> Any:  # noqa: ANN401  a request, or None behind the last
        return await anext(requests, None)

    while (request := await streams.before_end(following())) is not None:
        yield request


def _library_files() -> Iterator[FileDescriptorProto]:
    older = FileDescriptorProto.FromString(reflection_pb2.DESCRIPTOR.serialized_pb)
    yield from (FileDescriptorProto.FromString(health_pb2.DESCRIPTOR.serialized_pb), older, _renamed(older))


def _renamed(older: FileDescriptorProto) -> FileDescriptorProto:
    """The reflection's file as its newer version has it: the same in another package."""
    newer = FileDescriptorProto()
    newer.CopyFrom(older)
    newer.name = newer.name.replace("v1alpha", "v1")
    newer.package = _NEWER
    for message in newer.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = _moved(field.type_name)
    for service in newer.service:
        for method in service.method:
            method.input_type, method.output_type = _moved(method.input_type), _moved(method.output_type)
    return newer


def _moved(type_name: str) -> str:
    return type_name.replace(f".{_OLDER}.", f".{_NEWER}.")


def _pool(files: Iterable[FileDescriptorProto]) -> DescriptorPool:
    """A file that two of the services import is there once."""
    pool = DescriptorPool()
    for file in {file.name: file for file in files}.values():
        pool.AddSerializedFile(file.SerializeToString())
    return pool
