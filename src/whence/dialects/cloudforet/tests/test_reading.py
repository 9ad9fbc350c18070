"""When the message of a call over gRPC is read, and how much of such messages is kept."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import pytest
from google.protobuf.json_format import ParseDict
from grpc import StatusCode
from grpc.aio import AioRpcError, Call

from tests.tenants import MakeTenant, Tenant
from whence.dialects.cloudforet import call as calls
from whence.dialects.cloudforet import reading
from whence.dialects.cloudforet.schema import message_class
from whence.dialects.cloudforet.tests.wired import PACKAGE, Metadata, Recorder, Wire, bearing, failed, over_grpc
from whence.server import House

_LARGE: Final = ParseDict(
    {"data": {"text": "x" * 4_000_000}}, message_class(f"{PACKAGE}.CreateEventRequest")()
).SerializeToString()


@asynccontextmanager
async def _silent(wire: Wire, name: str, many: int, metadata: Metadata = ()) -> AsyncGenerator[list[Any]]:
    """Calls that have begun, and never send their message."""
    path = f"/{PACKAGE}.{name.replace('.', '/')}"
    begun = [cast("Any", wire.channel).stream_unary(path)(metadata=tuple(metadata), timeout=20) for _ in range(many)]
    try:
        yield begun
    finally:
        for one in begun:
            cast("Call", one).cancel()
        await asyncio.gather(*begun, return_exceptions=True)


async def test_who_is_let_in_is_known_before_a_message_is_read(house: House) -> None:
    """[OV3] Nobody waits for the message of a call without a good token."""
    async with (
        over_grpc(house.context, {"Event.get": Recorder({})}) as wire,
        _silent(wire, "Event.get", 1, bearing("nobody")) as (call,),
    ):
        status, _ = await failed(call)

    assert status is StatusCode.UNAUTHENTICATED


async def test_a_method_that_is_not_implemented_reads_no_message(house: House) -> None:
    async with over_grpc(house.context, {}) as wire, _silent(wire, "Alert.update_state", 1) as (call,):
        status, _ = await failed(call)

    assert status is StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    ("busy", "many"), [("one", reading.EACH), ("another", reading.EACH), ("strangers", reading.STRANGERS)]
)
async def test_messages_are_read_a_few_at_a_time(
    house: House, tenant: Tenant, account: MakeTenant, monkeypatch: pytest.MonkeyPatch, busy: str, many: int
) -> None:
    """[OV3] Who comes when none of the places is free is told to come again; others have their own."""
    monkeypatch.setattr(reading, "PATIENCE", 0.2)
    asked: dict[str, tuple[str, Mapping[str, Any], Metadata]] = {
        "one": ("Event.get", {"event_id": "e"}, bearing(await tenant.key())),
        "another": ("Event.get", {"event_id": "e"}, bearing(await (await account()).key())),
        "strangers": ("Event.create", {"webhook_id": "w", "data": {}}, []),
    }
    handlers = {"Event.get": Recorder({}), "Event.create": Recorder({})}

    async with over_grpc(house.context, handlers) as wire:
        async with _silent(wire, asked[busy][0], many, asked[busy][2]):
            refused = await _refused_soon(wire, *asked[busy])
            beside = [await wire(*asked[other]) for other in asked if other != busy]
        after = await wire(*asked[busy])

    assert refused == (StatusCode.UNAVAILABLE, "ERROR_UNKNOWN: Service unavailable")
    assert [*beside, after] == [{}, {}, {}]


async def test_accounts_together_have_a_bound_too(
    house: House, tenant: Tenant, account: MakeTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[OV3] However many there are."""
    monkeypatch.setattr(reading, "PATIENCE", 0.2)
    monkeypatch.setattr(reading, "KNOWN", 2)
    busy = bearing(await tenant.key())
    other = bearing(await (await account()).key())

    async with (
        over_grpc(house.context, {"Event.get": Recorder({})}) as wire,
        _silent(wire, "Event.get", 2, busy),
    ):
        status, _ = await _refused_soon(wire, "Event.get", {"event_id": "e"}, other)

    assert status is StatusCode.UNAVAILABLE


async def _refused_soon(wire: Wire, name: str, request: Mapping[str, Any], metadata: Metadata) -> tuple[Any, str]:
    """How a call ends once the silent ones have all arrived; before that it is answered."""
    async with asyncio.timeout(10):
        while True:
            try:
                await wire(name, request, metadata)
            except AioRpcError as error:
                return error.code(), error.details() or ""


async def test_a_message_that_does_not_come(house: House, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """[OV4] Its call is answered after a while."""
    monkeypatch.setattr(reading, "SECONDS", 0.1)
    token = bearing(await tenant.key())

    async with (
        over_grpc(house.context, {"Event.get": Recorder({})}) as wire,
        _silent(wire, "Event.get", 1, token) as (call,),
    ):
        end = await failed(call)

    assert end == (StatusCode.INVALID_ARGUMENT, "ERROR_UNKNOWN: The message did not come within 0 seconds.")


@pytest.mark.parametrize("many", [0, 2, 3])
async def test_a_call_has_one_message(house: House, tenant: Tenant, many: int) -> None:
    """An empty message is one; none is not, and no more are kept."""
    token = bearing(await tenant.key())

    async with (
        over_grpc(house.context, {"Event.get": Recorder({})}) as wire,
        _silent(wire, "Event.get", 1, token) as (call,),
    ):
        answered = await wire.raw(f"/{PACKAGE}.Event/get", b"", token)
        for _ in range(many):
            await call.write(b"")
        await call.done_writing()
        end = await failed(call)

    assert answered == b""
    assert end == (StatusCode.INVALID_ARGUMENT, f"ERROR_UNKNOWN: A call has one message, and {many} came.")


async def test_messages_that_are_kept_are_bodies(house: House) -> None:
    """[OV3] Of strangers together half of what there is for bodies; more is refused, until those are answered."""
    answering = asyncio.Event()
    kept = 0

    async def slow(_: calls.Call) -> Mapping[str, Any]:
        nonlocal kept
        kept += 1
        await answering.wait()
        return {}

    path = f"/{PACKAGE}.Event/create"
    async with over_grpc(house.context, {"Event.create": slow}) as wire:
        flood = [asyncio.create_task(wire.raw(path, _LARGE)) for _ in range(12)]
        async with asyncio.timeout(20):
            refused, _ = await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
            while sum(one.done() for one in flood) + kept < len(flood):
                await asyncio.sleep(0.01)
        refused = [one for one in flood if one.done()]
        ends = [await failed(one) for one in refused]
        most = kept
        answering.set()
        answers = await asyncio.gather(*(one for one in flood if one not in refused))
        after = await wire.raw(path, _LARGE)

    assert ends == [(StatusCode.UNAVAILABLE, "ERROR_UNKNOWN: Service unavailable")] * (12 - most)
    assert most * 4_000_000 <= 32 * 2**20
    assert most >= 4
    assert answers == [b""] * most
    assert after == b""


async def test_a_message_is_let_go_of_when_its_call_is_answered(house: House) -> None:
    """By the library too, which would keep what it read last until a collection of garbage comes by."""
    kept: list[Any] = []
    gc.collect()
    gc.disable()
    try:
        async with over_grpc(house.context, {"Event.create": Recorder({})}) as wire:
            for _ in range(3):
                await wire.raw(f"/{PACKAGE}.Event/create", _LARGE)
            kept = [one for one in gc.get_objects() for held in gc.get_referents(one) if held == _LARGE]
    finally:
        gc.enable()

    assert all(isinstance(one, (dict, list)) for one in kept), kept
