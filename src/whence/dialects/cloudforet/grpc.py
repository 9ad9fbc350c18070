"""The calls over gRPC: what stands between a message on the wire and a handler, whatever happens."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from grpc import GenericRpcHandler, RpcMethodHandler, method_handlers_generic_handler, stream_unary_rpc_method_handler
from grpc.aio import ServicerContext

from whence.dialects import Context, GrpcServices
from whence.dialects.cloudforet.bug import broken
from whence.dialects.cloudforet.call import Call, Calls, Rpc
from whence.dialects.cloudforet.errors import Code, Fault, fault
from whence.dialects.cloudforet.gate import caller, without_credentials
from whence.dialects.cloudforet.messages import parse, to_message, unread
from whence.dialects.cloudforet.reading import Reading
from whence.dialects.cloudforet.schema import FILES, SERVICES
from whence.dialects.cloudforet.vocabulary import NAME
from whence.domain.errors import Refusal
from whence.domain.identity import new_id
from whence.refusals import note

_Wire = ServicerContext[bytes, bytes]
_Answer = Callable[[AsyncIterator[bytes], _Wire], Awaitable[bytes]]

_LONGEST_DETAILS: Final = 1500  # bytes: they travel in a header, where a letter may become nine, and 8 KiB is much


def services(calls: Calls, context: Context) -> GrpcServices:
    """Every method of the schema; one that has no call is not implemented."""
    reading = Reading()
    return GrpcServices(
        dialect=NAME,
        handlers=tuple(_handler(service, calls, context, reading) for service in SERVICES.values()),
        files=FILES,
        names=tuple(service.full_name for service in SERVICES.values()),
    )


def _handler(service: ServiceDescriptor, calls: Calls, context: Context, reading: Reading) -> GenericRpcHandler:
    methods = {method.name: _method(method, calls, context, reading) for method in service.methods}
    return method_handlers_generic_handler(service.full_name, methods)


def _method(
    method: MethodDescriptor, calls: Calls, context: Context, reading: Reading
) -> "RpcMethodHandler[bytes, bytes]":
    """The bytes are ours to read: a message that cannot be read is answered in this dialect's words, too.

    And when to: of a call with a stream of messages, which looks the same on the wire, the library reads none unasked.
    """
    rpc = calls.get(f"{method.containing_service.name}.{method.name}")
    answer = _answering(rpc, context, reading) if rpc else _not_implemented
    return stream_unary_rpc_method_handler(answer)  # pyright: ignore[reportArgumentType, reportUnknownVariableType]  the stubs know no coroutines here


def _answering(rpc: Rpc, context: Context, reading: Reading) -> _Answer:
    async def answer(sent: AsyncIterator[bytes], wire: _Wire) -> bytes:
        turn = context.access.turns.arrive()
        try:
            return await _answered(rpc, context, reading, sent, _metadata(wire))
        except Fault as told:
            refusal = told
        except Refusal as told:
            note(told)
            refusal = fault(told)
        except Exception as bug:  # noqa: BLE001  the outermost edge of a call
            refusal = broken(bug, str(new_id(datetime.now(UTC))))
        finally:
            turn.end()
        return await _refuse(wire, refusal)

    return answer


async def _answered(
    rpc: Rpc, context: Context, reading: Reading, sent: AsyncIterator[bytes], metadata: dict[str, str]
) -> bytes:
    by = await caller(context, rpc, metadata)
    read = unread if by is None else parse
    call = Call(
        request=read(rpc.request, await reading.message(sent, by)),
        by=by,
        metadata=without_credentials(metadata),
        base_url=context.public_url or "",
    )
    return to_message(rpc.reply, await rpc.handler(call)).SerializeToString()


async def _not_implemented(_: AsyncIterator[bytes], wire: _Wire) -> bytes:
    return await _refuse(wire, Fault(Code.NOT_IMPLEMENTED, "Not implemented."))


async def _refuse(wire: _Wire, refusal: Fault) -> bytes:
    await wire.abort(refusal.status, _short(f"{refusal.name}: {refusal.message}"))


def _short(details: str) -> str:
    return details.encode()[:_LONGEST_DETAILS].decode(errors="ignore")


def _metadata(wire: _Wire) -> dict[str, str]:
    """What came beside the message, as far as it is text; the first of a name counts."""
    sent: Iterable[tuple[str, str | bytes]] = wire.invocation_metadata() or ()
    return {name: value for name, value in reversed(list(sent)) if isinstance(value, str)}
