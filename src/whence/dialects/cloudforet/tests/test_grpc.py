"""Calls over gRPC, around whatever answers them (contract 1, 2.1, 13.1)."""

import asyncio
from dataclasses import replace
from typing import Any, Final

import pytest
from google.protobuf.json_format import ParseDict
from grpc import StatusCode
from prometheus_client import REGISTRY

from tests.logged import logged
from tests.operations.counted import refused_since
from tests.tenants import Tenant
from whence.access import Access
from whence.dialects.cloudforet.call import Call
from whence.dialects.cloudforet.errors import Code, Fault, required
from whence.dialects.cloudforet.schema import SERVICES, message_class
from whence.dialects.cloudforet.tests.wired import PACKAGE, Metadata, Recorder, bearing, failed, over_grpc
from whence.domain import errors
from whence.domain.errors import Refusal
from whence.server import House

_ROW: Final = {"event_id": "event-7c1e0a94b2d3", "title": "é", "raw_data": {"a": [1.0, None]}}
_SAID_MISSING: Final = "ERROR_AUTHENTICATE_FAILURE: Authenticate failure. (message = empty token provided.)"
_SAID_UNKNOWN: Final = "ERROR_AUTHENTICATE_FAILURE: Authenticate failure. (message = Token is invalid or expired.)"


async def test_a_call_reaches_its_handler(house: House, tenant: Tenant) -> None:
    """With what was asked, by whom, and what came beside it, but for the credential."""
    handler = Recorder({"results": [_ROW], "total_count": 41})
    metadata = [*bearing(await tenant.key()), ("idempotency-key", "k-1"), ("x_domain_id", "domain-b")]

    async with over_grpc(replace(house.context, public_url="https://w.example"), {"Event.list": handler}) as wire:
        reply = await wire("Event.list", {"query": {"only": ["title"]}, "domain_id": "domain-b"}, metadata)

    (call,) = handler.calls
    assert reply == {"results": [_ROW], "total_count": 41}
    assert call.request == {"query": {"only": ["title"]}, "domain_id": "domain-b"}
    assert call.by is not None
    assert call.by.account_id == tenant.admin.account_id
    assert call.base_url == "https://w.example"
    assert call.metadata["idempotency-key"] == "k-1"
    assert call.metadata["x_domain_id"] == "domain-b"
    assert not {"token", "authorization"} & call.metadata.keys()


async def test_a_call_is_timed_by_its_method_and_its_code(house: House, tenant: Tenant) -> None:
    def times(code: str) -> float:
        labels = {"method": f"/{PACKAGE}.Event/get", "code": code}
        return REGISTRY.get_sample_value("whence_rpc_seconds_count", labels) or 0

    before = times("OK"), times("UNAUTHENTICATED")
    metadata = bearing(await tenant.key())

    async with over_grpc(house.context, {"Event.get": Recorder(_ROW)}) as wire:
        await wire("Event.get", {"event_id": "event-7c1e0a94b2d3"}, metadata)
        await failed(wire("Event.get", {"event_id": "event-7c1e0a94b2d3"}))

    assert (times("OK"), times("UNAUTHENTICATED")) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token", "{}"),
        ("token", "  {} "),
        ("authorization", "Bearer {}"),
        ("authorization", "bearer   {}"),
    ],
)
async def test_a_token_is_taken_from_where_clients_put_it(house: House, tenant: Tenant, name: str, value: str) -> None:
    handler = Recorder({})
    metadata = [(name, value.format(await tenant.key()))]

    async with over_grpc(house.context, {"Event.get": handler}) as wire:
        await wire("Event.get", {"event_id": "event-1"}, metadata)

    assert handler.asked == {"event_id": "event-1"}


@pytest.mark.parametrize(
    ("metadata", "details"),
    [
        ([], _SAID_MISSING),
        ([("token", "")], _SAID_MISSING),
        ([("authorization", "Bearer ")], _SAID_MISSING),
        ([("authorization", "Basic dTpw")], _SAID_MISSING),
        ([("token", "Bearer nobody")], _SAID_UNKNOWN),
        ([("token", "nobody")], _SAID_UNKNOWN),
    ],
)
async def test_without_a_good_token_nothing_is_read(house: House, metadata: Metadata, details: str) -> None:
    """The token is looked at before the request."""
    handler = Recorder({})

    async with over_grpc(house.context, {"Event.get": handler}) as wire:
        end = await failed(wire.raw(f"/{PACKAGE}.Event/get", b"\xff", metadata))

    assert end == (StatusCode.UNAUTHENTICATED, details)
    assert handler.calls == []


@pytest.mark.parametrize("metadata", [[], [("token", "nobody")]])
async def test_create_asks_for_no_token(house: House, metadata: Metadata) -> None:
    """One that is sent is not looked at; the reply is the well-known empty message."""
    handler = Recorder({})

    async with over_grpc(house.context, {"Event.create": handler}) as wire:
        reply = await wire("Event.create", {"webhook_id": "w", "data": {}}, metadata)

    assert reply == {}
    assert handler.asked == {"webhook_id": "w", "data": {}}
    assert handler.calls[0].by is None
    assert SERVICES["Event"].methods_by_name["create"].output_type.full_name == "google.protobuf.Empty"


@pytest.mark.parametrize(
    ("told", "status", "details"),
    [
        (
            required("event_id"),
            StatusCode.INVALID_ARGUMENT,
            "ERROR_REQUIRED_PARAMETER: Required parameter. (key = event_id)",
        ),
        (Fault(Code.NOT_FOUND, "é: gone"), StatusCode.NOT_FOUND, "ERROR_NOT_FOUND: é: gone"),
        (errors.Forbidden("admin"), StatusCode.PERMISSION_DENIED, "ERROR_PERMISSION_DENIED: Permission denied."),
        (
            errors.TooMany("slow down", retry_after=3, rate_per_minute=1),
            StatusCode.RESOURCE_EXHAUSTED,
            "ERROR_TOO_MANY_REQUESTS: Too many requests. (retry_after = 3)",
        ),
        (
            errors.Unavailable("away", because=errors.Reason.DATABASE, retry_after=1),
            StatusCode.UNAVAILABLE,
            "ERROR_UNKNOWN: away",
        ),
    ],
)
async def test_a_refusal_is_a_status_and_a_code(
    house: House, tenant: Tenant, told: Fault | Refusal, status: StatusCode, details: str
) -> None:
    async with over_grpc(house.context, {"Event.get": Recorder(told)}) as wire:
        end = await wire.failure("Event.get", {}, bearing(await tenant.key()))

    assert end == (status, details)


async def test_details_fit_into_a_header(house: House, tenant: Tenant) -> None:
    """However much of what was sent they quote: a client would lose status and text alike."""
    async with over_grpc(house.context, {"Event.get": Recorder(Fault(Code.DB_QUERY, "字" * 100_000))}) as wire:
        status, details = await wire.failure("Event.get", {}, bearing(await tenant.key()))

    assert status is StatusCode.INVALID_ARGUMENT
    assert details.startswith("ERROR_DB_QUERY: 字字字")


async def test_a_bug_is_logged_once_and_told_by_its_id(house: House, tenant: Tenant) -> None:
    """Never with what was wrong."""
    async with over_grpc(house.context, {"Event.get": Recorder(LookupError("secret"))}) as wire:
        with logged() as logs:
            status, details = await wire.failure("Event.get", {}, bearing(await tenant.key()))

    (line,) = logs
    assert status is StatusCode.INTERNAL
    assert details == f"ERROR_UNKNOWN: Internal error. (request_id = {line['request_id']})"
    assert line["event"] == "request.broken"


async def test_a_reply_that_is_no_message_is_a_bug(house: House, tenant: Tenant) -> None:
    async with over_grpc(house.context, {"Event.get": Recorder({"no_such_field": 1})}) as wire:
        with logged() as logs:
            status, _ = await wire.failure("Event.get", {}, bearing(await tenant.key()))

    assert status is StatusCode.INTERNAL
    assert [line["event"] for line in logs] == ["request.broken"]


@pytest.mark.parametrize(
    ("raw", "details"),
    [
        (b"\xff\xff", "ERROR_UNKNOWN: "),
        (b"\x0a\x02\xff\xfe", "ERROR_UNKNOWN: "),  # no UTF-8
        (
            b"\x0a\x01\x00",
            "ERROR_INVALID_PARAMETER: Parameter is invalid. (key = event_id, reason = must not hold a NUL",
        ),
    ],
)
async def test_bytes_that_are_no_request(house: House, tenant: Tenant, raw: bytes, details: str) -> None:
    async with over_grpc(house.context, {"Event.get": Recorder({})}) as wire:
        status, said = await failed(wire.raw(f"/{PACKAGE}.Event/get", raw, bearing(await tenant.key())))

    assert status is StatusCode.INVALID_ARGUMENT
    assert said.startswith(details)


async def test_what_nobody_handles_is_not_implemented(house: House) -> None:
    """In this dialect's words when the schema has it, else in the protocol's."""
    async with over_grpc(house.context, {}) as wire:
        declared = await wire.failure("Alert.update_state", {"alert_id": "a"})
        status, _ = await failed(wire.raw(f"/{PACKAGE}.Event/purge", b""))

    assert declared == (StatusCode.UNIMPLEMENTED, "ERROR_NOT_IMPLEMENTED: Not implemented.")
    assert status is StatusCode.UNIMPLEMENTED


async def test_a_request_has_a_limit_and_a_reply_has_none(house: House, tenant: Tenant) -> None:
    """4 MiB in; a list out is as long as it is."""
    token = bearing(await tenant.key())
    rows = [{"event_id": "e", "description": "x" * 1000}] * 10_000
    handlers = {"Event.list": Recorder({"results": rows, "total_count": len(rows)}), "Event.create": Recorder({})}

    async with over_grpc(house.context, handlers) as wire:
        reply = await wire("Event.list", {}, token)
        await wire("Event.create", {"data": {"text": "x" * 4_000_000}})
        status, _ = await wire.failure("Event.create", {"data": {"text": "x" * 4_300_000}})

    assert reply["total_count"] == 10_000
    assert status is StatusCode.RESOURCE_EXHAUSTED


async def test_a_client_that_goes_away_is_no_error(house: House, tenant: Tenant) -> None:
    """Its call is given up, and nothing is logged."""
    begun, given_up = asyncio.Event(), asyncio.Event()

    async def endless(_: Call) -> dict[str, Any]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return {}

    async with over_grpc(house.context, {"Event.get": endless}) as wire:
        with logged() as logs:
            call = asyncio.ensure_future(wire("Event.get", {}, bearing(await tenant.key())))
            await begun.wait()
            call.cancel()
            await asyncio.wait_for(given_up.wait(), 10)

    assert call.cancelled()
    assert logs == []


async def test_a_token_over_its_rate(house: House, tenant: Tenant) -> None:
    """[1.9] It is told when to come again."""
    context = replace(house.context, access=Access(house.pool, rate_per_minute=1))
    token = bearing(await tenant.key())

    async with over_grpc(context, {"Event.get": Recorder({})}) as wire:
        await wire("Event.get", {}, token)
        status, details = await wire.failure("Event.get", {}, token)

    assert status is StatusCode.RESOURCE_EXHAUSTED
    assert details.startswith("ERROR_TOO_MANY_REQUESTS: Too many requests. (retry_after = ")


async def test_every_method_takes_its_message(house: House, tenant: Tenant) -> None:
    """Each that the schema has, with an empty request, is answered with an empty reply."""
    names = [f"{name}.{method.name}" for name, service in SERVICES.items() for method in service.methods]
    handlers = {name: Recorder({}) for name in names}
    token = bearing(await tenant.key())

    async with over_grpc(house.context, handlers) as wire:
        replies = [await wire(name, {}, token) for name in names]

    assert replies == [{}] * len(names)
    assert all(handler.asked == {} for handler in handlers.values())


async def test_unknown_fields_are_passed_over(house: House, tenant: Tenant) -> None:
    """Of clients with a newer schema."""
    handler = Recorder({})
    known = ParseDict({"event_id": "event-1"}, message_class(f"{PACKAGE}.EventRequest")()).SerializeToString()

    async with over_grpc(house.context, {"Event.get": handler}) as wire:
        await wire.raw(f"/{PACKAGE}.Event/get", known + b"\xfa\x07\x01x", bearing(await tenant.key()))

    assert handler.asked == {"event_id": "event-1"}


async def test_a_refused_call_is_counted_by_its_reason(house: House, tenant: Tenant) -> None:
    """[OP1] Whether the house refuses it, or this dialect alone, or nobody serves such a method."""
    since = refused_since()
    metadata = bearing(await tenant.key())

    async with over_grpc(house.context, {"Event.get": Recorder(errors.Unsupported("that"))}) as wire:
        await failed(wire("Event.get", {"event_id": "event-1"}))
        await failed(wire("Event.get", {"event_id": "event-1"}, metadata))
        await failed(wire("Event.list", {}, metadata))
        await failed(wire.raw(f"/{PACKAGE}.Event/sing", b"", metadata))

    assert since() == {
        ("cloudforet", "unauthenticated"): 1,
        ("cloudforet", "unsupported"): 2,
        ("none", "unsupported"): 1,
    }
