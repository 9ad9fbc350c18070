"""Events in: one, many, as CloudEvents. Events out: in order, by id, counted. And changed, and removed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import cloudevents, decode, encode, errors, shape, targets, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import authorised, gate, json_body, media_type, read
from whence.dialects.request import body, json_value, parse, text_faults, validate
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, NotFound, Unsupported
from whence.domain.event import Once, Receipt, Rejected, Report
from whence.domain.filter import Filter
from whence.domain.page import Cursor, unseal_cursor

MOST_EVENTS: Final = 10_000  # of one batch
_KEPT: Final = timedelta(hours=24)  # how long an Idempotency-Key is remembered
_LONGEST_KEY: Final = 200
_SAMPLE: Final = 10
_LISTED: Final = 1000

_EVENT_REF: Final = {"$ref": "#/components/schemas/EventIn"}
_BODY: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "minLength": 1, "maxLength": _LONGEST_KEY, "pattern": "^[!-~]+$"},
            "description": "The same key with the same body within 24 hours is stored once.",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [_EVENT_REF, {"type": "array", "items": _EVENT_REF, "maxItems": MOST_EVENTS}]
                }
            }
        },
    },
}


@dataclass(frozen=True, slots=True)
class _Sent:
    """One event of a request, not yet read: where its shape comes from, and the text that is kept of it."""

    read: Callable[[], wire.EventIn]
    original: Callable[[], str]


def routes(context: Context) -> APIRouter:
    """The endpoints below `/v1/events`, and the dry run of a scope."""
    router = APIRouter()
    reads = Annotated[Principal, Depends(gate(context, Right.READ_EVENTS))]
    writes = Annotated[Principal, Depends(gate(context, Right.WRITE_EVENTS))]

    @router.post(
        "/v1/events",
        summary="Send one event, or up to 10,000",
        status_code=201,
        responses={200: {"model": shape.BatchReceipt}, 201: {"model": shape.ReceiptShape}},
        openapi_extra=_BODY,
    )
    async def create(request: Request) -> Response:
        by = await authorised(context, request, Right.WRITE_EVENTS)
        key = _idempotency_key(request)
        kind = media_type(request)
        raw = await body(request, context.max_body_bytes)
        sent, many = _split(request, kind, raw)
        if not many:
            report = await _report(context, by, sent[0], key)
            receipt = await context.ingest.accept_one(by.account_id, report)
            return Answer(encode.receipt(receipt), HTTPStatus.CREATED)
        receipts = await _accept(context, by, sent, key)
        request_id = request.scope["state"]["request_id"]
        faults = {
            n: errors.body(r.refusal, request_id) for n, r in enumerate(receipts) if isinstance(r, Rejected)
        }
        return Answer(encode.receipts(receipts, faults))

    @router.get("/v1/events", summary="Events of a window", response_model=shape.EventPage)
    async def page(by: reads, query: Annotated[wire.PageQuery, Query()]) -> Response:
        return await listed(context, by, query, None)

    @router.get(
        "/v1/events/facets", summary="Counts by what events have in common", response_model=shape.FacetsShape
    )
    async def facets(by: reads, query: Annotated[wire.FilterQuery, Query()]) -> Response:
        return Answer(encode.facets(await context.timeline.facets(by, await asked(context, by, query))))

    @router.get(
        "/v1/events/histogram", summary="Counts by time and severity", response_model=shape.HistogramShape
    )
    async def histogram(by: reads, query: Annotated[wire.HistogramQuery, Query()]) -> Response:
        filtered = await asked(context, by, query)
        return Answer(encode.histogram(await context.timeline.histogram(by, filtered, buckets=query.buckets)))

    @router.post(
        "/v1/scope/match",
        summary="Whom a scope would concern now",
        response_model=shape.ScopeMatch,
        openapi_extra=json_body(wire.TargetIn),
    )
    async def match(request: Request, by: reads) -> Response:
        target = await read(context, request, wire.TargetIn)
        scope = decode.scope(target, await targets.entities(context.catalog, by, target))
        matched = await context.catalog.matched(by, scope, sample=_LISTED)
        briefs = [encode.brief(entity) for entity in matched.sample]
        return Answer({"count": matched.count, "of": matched.of, "entities": briefs})

    @router.get(
        "/v1/events/{event_id}",
        summary="One event, with the services it concerns",
        response_model=shape.Event,
    )
    async def one(by: reads, event_id: str, query: Annotated[wire.EventQuery, Query()]) -> Response:
        event = await context.timeline.require(by, _event_id(event_id))
        matched = await context.catalog.matched(by, event.scope, sample=_SAMPLE)
        answer = encode.event(event, original=query.include == "original")
        return Answer({**answer, "matched": encode.matched(matched)})

    @router.patch(
        "/v1/events/{event_id}",
        summary="Change an event",
        response_model=shape.Event,
        openapi_extra=json_body(wire.EventChange),
    )
    async def change(request: Request, by: writes, event_id: str) -> Response:
        asked_for = await read(context, request, wire.EventChange)
        event = await context.amend.change(
            by, _event_id(event_id), lambda old: context.ingest.in_range(decode.changed(old, asked_for))
        )
        return Answer(encode.event(event))

    @router.delete("/v1/events/{event_id}", summary="Remove an event", status_code=204)
    async def remove(by: writes, event_id: str) -> Response:
        await context.amend.remove(by, _event_id(event_id))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


async def listed(
    context: Context, by: Principal, query: wire.PageQuery, concerning: Sequence[Entity] | None
) -> Response:
    """A page of events; `concerning` overrides the entities that the query names."""
    cursor = unseal_cursor(by.secret, query.cursor) if query.cursor is not None else None
    if cursor is not None and "order" in query.model_fields_set and query.order is not cursor.order:
        raise Invalid.at("order", "is not that of the cursor")
    original = query.include == "original"
    page = await context.timeline.page(
        by,
        await asked(context, by, query, cursor=cursor, concerning=concerning),
        order=cursor.order if cursor else query.order,
        cursor=cursor,
        limit=query.limit,
        original=original,
    )
    return Answer(encode.events(page, original=original))


async def asked(
    context: Context,
    by: Principal,
    query: wire.FilterQuery,
    *,
    cursor: Cursor | None = None,
    concerning: Sequence[Entity] | None = None,
) -> Filter:
    """The filter that a query asks for.

    Raises:
        NotFound: it names an entity that the account has not.
        Invalid: it contradicts itself.
    """
    entities = concerning if concerning is not None else await named(context, by, query)
    return decode.asked(query, now=datetime.now(UTC), concerning=entities, cursor=cursor)


async def named(context: Context, by: Principal, query: wire.FilterQuery) -> list[Entity] | None:
    """The entities that the query names; None when it names none."""
    return [await context.catalog.require(by, name) for name in query.entity] if query.entity else None


async def _report(context: Context, by: Principal, sent: _Sent, key: str | None) -> Report:
    event = sent.read()
    entities = await targets.entities(context.catalog, by, event)
    original = sent.original()
    once = None
    if key is not None:
        once = Once(key=f"key:{key}", content=sha256(original.encode()).digest(), lifetime=_KEPT)
    return decode.report(
        event, source=by.name, now=datetime.now(UTC), entities=entities, once=once, original=original
    )


async def _accept(context: Context, by: Principal, sent: Sequence[_Sent], key: str | None) -> list[Receipt]:
    """A receipt for each; what cannot be read is rejected and spoils nothing else."""
    receipts: list[Receipt | None] = []
    reports: list[Report] = []
    for n, one in enumerate(sent):
        try:
            reports.append(await _report(context, by, one, None if key is None else f"{key}#{n}"))
            receipts.append(None)
        except (Invalid, NotFound) as refusal:
            receipts.append(Rejected(refusal=refusal))
    answered = iter(await context.ingest.accept(by.account_id, reports))
    return [receipt or next(answered) for receipt in receipts]


def _split(request: Request, kind: str, raw: bytes) -> tuple[list[_Sent], bool]:
    """The events of a body, and whether the answer is that of a batch.

    Raises:
        Unsupported: nothing here reads the content type.
        Invalid: the body is no JSON, or holds too many.
    """
    if "ce-specversion" in request.headers:
        headers = dict(request.headers)
        return [_Sent(lambda: cloudevents.binary(headers, raw), lambda: _text(raw))], False
    match kind:
        case "application/json":
            if not raw.lstrip()[:1] == b"[":
                return [_Sent(lambda: parse(wire.EventIn, raw), raw.decode)], False
            return [_item(item, _native) for item in _items(json_value(raw))], True
        case "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines":
            return list(_lines(raw)), True
        case "application/cloudevents+json":
            return [_Sent(lambda: cloudevents.structured(json_value(raw)), raw.decode)], False
        case "application/cloudevents-batch+json":
            return [_item(item, cloudevents.structured) for item in _items(json_value(raw))], True
        case _:
            raise Unsupported(
                f"Content-Type {kind} is not read; send application/json, application/x-ndjson, "
                "application/cloudevents+json or application/cloudevents-batch+json"
            )


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Invalid.at("", "must be a JSON array")
    return _at_most(value)  # pyright: ignore[reportUnknownArgumentType]


def _item(item: object, read_item: Callable[[object], wire.EventIn]) -> _Sent:
    return _Sent(lambda: read_item(item), lambda: to_json(item).decode())


def _native(item: object) -> wire.EventIn:
    return validate(wire.EventIn, item)


def _lines(raw: bytes) -> Iterator[_Sent]:
    for line in _at_most([line for line in raw.split(b"\n") if line.strip()]):
        yield _line(line)


def _line(line: bytes) -> _Sent:
    return _Sent(lambda: parse(wire.EventIn, line), line.decode)


def _at_most(items: list[Any]) -> list[Any]:
    if len(items) > MOST_EVENTS:
        raise Invalid.at("", f"must hold at most {MOST_EVENTS} events, got {len(items)}")
    return items


def _text(raw: bytes) -> str:
    """A body of any kind as JSON text: itself when it is JSON, else a string."""
    try:
        json_value(raw)
        return raw.decode()
    except Invalid:
        return to_json(raw.decode(errors="replace").replace("\0", "\ufffd")).decode()


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= _LONGEST_KEY or text_faults(key):
        raise Invalid.at("Idempotency-Key", f"must have 1 to {_LONGEST_KEY} characters")
    return key


def _event_id(text: str) -> UUID:
    """Whatever is no UUID is the id of no event."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("event", text[:100]) from None
