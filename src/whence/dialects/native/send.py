"""Events in: one, many, as CloudEvents; each stored once, however often it is sent."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from pydantic_core import to_json
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import cloudevents, decode, encode, errors, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import authorised, media_type
from whence.dialects.native.targets import Targets
from whence.dialects.request import body, json_items, json_value, parse, validate
from whence.domain.access import Principal, Right
from whence.domain.errors import Invalid, Refusal, Unsupported
from whence.domain.event import Once, Receipt, Rejected, Report
from whence.refusals import count

MOST_EVENTS: Final = 10_000  # of one batch
_KEPT: Final = timedelta(hours=24)  # how long an Idempotency-Key is remembered
_LONGEST_KEY: Final = 200
_KEY: Final = "[!-~]([ -~]*[!-~])?"  # printable ASCII; HTTP takes away the blanks around it

_EVENT_REF: Final = {"$ref": "#/components/schemas/EventIn"}
_DOCUMENT: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "minLength": 1, "maxLength": _LONGEST_KEY, "pattern": f"^{_KEY}$"},
            "description": "The same key with the same body within 24 hours is stored once.",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [_EVENT_REF, {"type": "array", "items": _EVENT_REF, "maxItems": MOST_EVENTS}]}
            }
        },
    },
}


class _Sent(NamedTuple):
    """One event of a request, not yet read: where its shape comes from, and the text that is kept of it."""

    read: Callable[[], wire.EventIn]
    original: Callable[[], str]


def routes(context: Context) -> APIRouter:
    """The endpoint as the document describes it."""
    router = APIRouter()
    router.add_api_route(
        "/v1/events",
        sending(context),
        methods=["POST"],
        summary="Send one event, or up to 10,000",
        status_code=201,
        responses={200: {"model": shape.BatchReceipt}, 201: {"model": shape.ReceiptShape}},
        openapi_extra=_DOCUMENT,
    )
    return router


def sending(context: Context) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that takes events. Complete in itself: whatever happens, it answers."""

    async def send(request: Request) -> Response:
        try:
            return await _take(context, request)
        except Refusal as refusal:
            return errors.refused(request, refusal)
        except Exception as exc:  # noqa: BLE001  the edge of a request: logged once, and answered
            return errors.broken(request, exc)

    return send


async def _take(context: Context, request: Request) -> Response:
    by = await authorised(context, request, Right.WRITE_EVENTS)
    key = _idempotency_key(request)
    kind = media_type(request)
    raw = await body(request, context.max_body_bytes)
    sent, is_batch = _split(request, kind, raw)
    if is_batch:
        receipts = await _accept(context, by, sent, key)
        request_id = errors.request_id(request)
        rejected = {n: receipt.refusal for n, receipt in enumerate(receipts) if isinstance(receipt, Rejected)}
        faults = {n: errors.body(refusal, request_id) for n, refusal in rejected.items()}
        count(errors.NAME, (refusal.reason for refusal in rejected.values()))
        return Answer(encode.receipts(receipts, faults))
    event = sent[0].read()
    targets = await Targets.look_up(context.catalog, by, [event])
    report = _report(by, event, targets, sent[0].original(), key, datetime.now(UTC))
    stored = await context.ingest.accept_one(by.account_id, report, retention=by.retention)
    return Answer(encode.receipt(stored), HTTPStatus.CREATED)


async def _accept(context: Context, by: Principal, sent: Sequence[_Sent], key: str | None) -> list[Receipt]:
    """A receipt for each; what cannot be read is rejected and spoils nothing else."""
    now = datetime.now(UTC)
    floor = context.access.turns.floor
    events: list[wire.EventIn | Rejected] = []
    async with floor:
        for one in sent:
            events.append(_attempt(one.read))
            await floor.pause()
    targets = await Targets.look_up(context.catalog, by, [e for e in events if not isinstance(e, Rejected)])
    reports: list[Report] = []
    receipts: list[Rejected | None] = []
    async with floor:
        for n, event in enumerate(events):
            await floor.pause()
            if isinstance(event, Rejected):
                receipts.append(event)
                continue
            try:
                reports.append(_report(by, event, targets, sent[n].original(), key and f"{key}\n{n}", now))
                receipts.append(None)
            except Invalid as refusal:
                receipts.append(Rejected(refusal=refusal))
    stored = await context.ingest.accept(by.account_id, reports, retention=by.retention) if reports else ()
    answered = iter(stored)
    return [receipt or next(answered) for receipt in receipts]


def _attempt(read: Callable[[], wire.EventIn]) -> wire.EventIn | Rejected:
    try:
        return read()
    except Invalid as refusal:
        return Rejected(refusal=refusal)


def _report(
    by: Principal, event: wire.EventIn, targets: Targets, original: str, key: str | None, now: datetime
) -> Report:
    entities = targets.entities(event)
    once = None
    if key is not None:
        once = Once(key=f"key:{key}", content=sha256(original.encode()).digest(), lifetime=_KEPT)
    return decode.report(event, source=by.name, now=now, entities=entities, once=once, original=original)


def _split(request: Request, kind: str, raw: bytes) -> tuple[Sequence[_Sent], bool]:
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
            if raw.lstrip()[:1] != b"[":
                return [_Sent(lambda: parse(wire.EventIn, raw), raw.decode)], False
            return [_item(item, _native) for item in _at_most(json_items(raw))], True
        case "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines":
            return [_line(line) for line in _at_most([line for line in raw.split(b"\n") if line.strip()])], True
        case "application/cloudevents+json":
            return [_Sent(lambda: cloudevents.structured(json_value(raw)), raw.decode)], False
        case "application/cloudevents-batch+json":
            return [_item(item, cloudevents.structured) for item in _at_most(json_items(raw))], True
        case _:
            raise Unsupported(
                f"Content-Type {kind} is not read; send application/json, application/x-ndjson, "
                "application/cloudevents+json or application/cloudevents-batch+json"
            )


def _item(item: object, read_item: Callable[[object], wire.EventIn]) -> _Sent:
    def read() -> wire.EventIn:
        if isinstance(item, Invalid):
            raise item
        return read_item(item)

    return _Sent(read, lambda: to_json(item).decode())


def _native(item: object) -> wire.EventIn:
    return validate(wire.EventIn, item)


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
    if key is not None and (len(key) > _LONGEST_KEY or not re.fullmatch(_KEY, key)):
        raise Invalid.at("Idempotency-Key", f"must have 1 to {_LONGEST_KEY} characters of printable ASCII")
    return key
