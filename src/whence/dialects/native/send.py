"""Events in: one, many, as CloudEvents; each stored once, however often it is sent."""

import re
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from fastapi import APIRouter, Request
from pydantic_core import to_json
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import cloudevents, decode, encode, errors, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import authorised, is_json, media_type
from whence.dialects.native.meaning import look_up, named, of_event
from whence.dialects.native.part import Part, salvaged, whole
from whence.dialects.native.query import require_none
from whence.dialects.native.targets import Targets
from whence.dialects.request import (
    PIECE,
    Misread,
    body,
    is_utf_8,
    json_items,
    json_value,
    parse,
    reader,
    storable,
    validate,
)
from whence.domain.access import Principal, Right
from whence.domain.errors import Invalid, Reason, Refusal, Unsupported
from whence.domain.event import Once, Receipt, Rejected, Report
from whence.refusals import count

T = TypeVar("T")

MOST_EVENTS: Final = 10_000  # of one batch
_KEPT: Final = timedelta(hours=24)  # how long an Idempotency-Key is remembered
_LONGEST_KEY: Final = 200
_NO_TARGETS: Final = Targets({}, {})
_CLOUD_EVENTS: Final = "application/cloudevents"  # in a form that we do not know, they are no events of ours
_KEY: Final = "[!-~]([ -~]*[!-~])?"  # printable ASCII; HTTP takes away the blanks around it


def _some(one: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "array", "items": one, "maxItems": MOST_EVENTS}


_EVENT: Final = {"$ref": "#/components/schemas/EventIn"}
_CLOUD_EVENT: Final = {"$ref": "#/components/schemas/CloudEventIn"}
_LINES: Final = {"type": "string", "description": "An `EventIn` a line, at most 10,000."}
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
            "application/json": {"schema": {"anyOf": [_EVENT, _some(_EVENT)]}},
            "application/x-ndjson": {"schema": _LINES},
            "application/cloudevents+json": {"schema": _CLOUD_EVENT},
            "application/cloudevents-batch+json": {"schema": _some(_CLOUD_EVENT)},
        },
    },
}


class _Sent(NamedTuple):
    """One event of a request, not yet read: where its shape comes from, and the text that is kept of it.

    `beside`: what it says beside that text, by which it is another one.
    """

    read: Callable[[], wire.EventIn]
    original: Callable[[], str]
    beside: str = ""


class _Unplaced(NamedTuple):
    """One that names or matches entities, before these are looked up; and the text that is kept of it."""

    event: wire.EventIn
    original: str


_Part = Part[wire.EventIn]
_Outcome = Report | Rejected | _Unplaced | _Part


def routes(context: Context) -> APIRouter:
    """The endpoint as the document describes it."""
    router = APIRouter()
    router.add_api_route(
        "/v1/events",
        sending(context),
        methods=["POST"],
        summary="Send one event, or up to 10,000",
        description="Answered after the commit: 201 for one, 200 for several, each judged alone. A CloudEvent in "
        "binary mode has a body of any content type, which is its data, and its attributes in headers: "
        "`ce-specversion`, `ce-id`, `ce-source`, `ce-type`, and any other that begins with `ce-`.",
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
    require_none(request)
    key = _idempotency_key(request)
    kind = media_type(request)
    raw = await body(request, context.max_body_bytes)
    sent, is_batch = _split(request, kind, raw)
    if is_batch:
        return Answer(await _accept(context, by, sent, key, errors.request_id(request)))
    (one,) = sent
    now = datetime.now(UTC)
    try:
        event = one.read()
    except Misread as misread:
        part = salvaged(wire.EventIn, misread)
        raise _refusal(context, by, part, await look_up(context.catalog, by, named(part)), now) from None
    targets = await Targets.look_up(context.catalog, by, [event])
    try:
        report = _report(by, event, targets, one.original(), key, now, beside=one.beside)
    except Invalid:
        raise _refusal(context, by, whole(event), targets.names, now) from None
    stored = await context.ingest.accept_one(by.account_id, report, retention=by.retention)
    return Answer(encode.receipt(stored), HTTPStatus.CREATED)


async def _accept(
    context: Context, by: Principal, sent: Iterable[_Sent], key: str | None, request_id: str
) -> dict[str, Any]:
    """What became of each; what cannot be read is rejected and spoils nothing else."""
    outcomes = deque(await _read(context, by, sent, key))
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    stored = iter(await context.ingest.accept(by.account_id, reports, retention=by.retention) if reports else ())
    del reports
    results: list[dict[str, Any]] = []
    totals = {"accepted": 0, "duplicate": 0, "rejected": 0}
    refused: list[Reason] = []
    floor = context.access.turns.floor
    async with floor:
        while outcomes:
            outcome = outcomes.popleft()  # to let go of a thousand at once takes as long as to answer for them
            receipt = outcome if isinstance(outcome, Rejected) else next(stored)
            result = _result(receipt, request_id)
            if isinstance(receipt, Rejected):
                refused.append(receipt.refusal.reason)
            totals[result["status"]] += 1
            results.append({"index": len(results), **result})
            await floor.pause()
    count(errors.NAME, refused)
    return {**totals, "results": results}


def _result(receipt: Receipt, request_id: str) -> dict[str, Any]:
    if isinstance(receipt, Rejected):
        return {"status": "rejected", "error": errors.body(receipt.refusal, request_id)}
    return encode.receipt(receipt)


async def _read(context: Context, by: Principal, sent: Iterable[_Sent], key: str | None) -> list[_Outcome]:
    """The report of each event, or why there is none.

    Each is a report before the next is read, so that a large body does not stand here in two shapes. Only those that
    name or match entities wait until all of these are looked up, together, and those whose shape is wrong.
    """
    now = datetime.now(UTC)
    floor = context.access.turns.floor
    outcomes: list[_Outcome] = []
    misread: dict[int, _Part] = {}
    async with floor:
        for n, one in enumerate(sent):
            event = _attempt(one.read)
            if not isinstance(event, wire.EventIn):
                outcomes.append(event)
                if isinstance(event, Part):
                    misread[n] = event
            elif event.entities is None and event.match is None:
                outcomes.append(_outcome(context, by, event, _NO_TARGETS, one.original(), key and f"{key}\n{n}", now))
            else:
                outcomes.append(_Unplaced(event, one.original()))
            await floor.pause()
    if unplaced := {n: outcome for n, outcome in enumerate(outcomes) if isinstance(outcome, _Unplaced)}:
        targets = await Targets.look_up(context.catalog, by, [outcome.event for outcome in unplaced.values()])
        async with floor:
            for n, (event, original) in unplaced.items():
                outcomes[n] = _outcome(context, by, event, targets, original, key and f"{key}\n{n}", now)
                await floor.pause()
    if misread:
        found = await look_up(context.catalog, by, [name for part in misread.values() for name in named(part)])
        async with floor:
            for n, part in misread.items():
                outcomes[n] = Rejected(refusal=_refusal(context, by, part, found, now))
                await floor.pause()
    return outcomes


def _attempt(read: Callable[[], wire.EventIn]) -> wire.EventIn | _Part | Rejected:
    try:
        return read()
    except Misread as misread:
        return salvaged(wire.EventIn, misread)
    except Invalid as refusal:
        return Rejected(refusal=refusal)


def _outcome(
    context: Context,
    by: Principal,
    event: wire.EventIn,
    targets: Targets,
    original: str,
    key: str | None,
    now: datetime,
) -> Report | Rejected:
    try:
        return _report(by, event, targets, original, key, now)
    except Invalid:
        return Rejected(refusal=_refusal(context, by, whole(event), targets.names, now))


def _refusal(context: Context, by: Principal, part: _Part, found: Collection[str], now: datetime) -> Invalid:
    """All that is wrong with the event. `found`: those of the names in it that entities have."""
    unkept = partial(context.ingest.time_fault, now=now, retention=by.retention)
    return part.refusal(of_event(part, found, now=now, unkept=unkept))


def _report(
    by: Principal,
    event: wire.EventIn,
    targets: Targets,
    original: str,
    key: str | None,
    now: datetime,
    *,
    beside: str = "",
) -> Report:
    entities = targets.entities(event)
    once = None
    if key is not None:
        once = Once(key=f"key:{key}", content=sha256((beside + original).encode()).digest(), lifetime=_KEPT)
    return decode.report(event, source=by.name, now=now, entities=entities, once=once, original=original)


def _split(request: Request, kind: str, raw: bytes) -> tuple[Iterable[_Sent], bool]:
    """The events of a body, and whether the answer is that of a batch.

    Raises:
        Unsupported: nothing here reads the content type.
        Invalid: the body is no JSON, or holds too many; of a batch, while its events are taken.
    """
    if "ce-specversion" in request.headers and not kind.startswith(_CLOUD_EVENTS):  # beside an envelope it is no news
        headers = request.headers.items()
        attributes = sorted(f"{name}: {value}\n" for name, value in headers if name.startswith("ce-"))
        return [_Sent(lambda: cloudevents.binary(headers, kind, raw), lambda: _text(raw), "".join(attributes))], False
    match kind:
        case "application/json":
            return _one_or_many(raw)
        case "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines":
            lines = [line for line in raw.split(b"\n") if line.strip()]
            _check_count(len(lines))
            return _lines(lines), True
        case "application/cloudevents+json":
            return [_Sent(lambda: cloudevents.structured(storable(raw)), raw.decode)], False
        case "application/cloudevents-batch+json":
            return (_item(item, cloudevents.structured) for item in _at_most(json_items(raw))), True
        case _ if is_json(kind) and not kind.startswith(_CLOUD_EVENTS):
            return _one_or_many(raw)
        case _:
            raise Unsupported(
                f"Content-Type {kind} is not read; send application/json, application/x-ndjson, "
                "application/cloudevents+json or application/cloudevents-batch+json"
            )


def _one_or_many(raw: bytes) -> tuple[Iterable[_Sent], bool]:
    """The event of a JSON body, or the events of an array; as `_split`."""
    if raw.lstrip()[:1] != b"[":
        return [_Sent(lambda: parse(wire.EventIn, raw), raw.decode)], False
    return (_item(item, _native) for item in _at_most(json_items(raw))), True


def _item(item: object, read_item: Callable[[object], wire.EventIn]) -> _Sent:
    return _Sent(lambda: read_item(item), lambda: to_json(item).decode())


def _native(item: object) -> wire.EventIn:
    return validate(wire.EventIn, item)


def _lines(lines: Iterable[bytes]) -> Iterator[_Sent]:
    """Each line; one is made when its turn has come."""
    for together in _in_pieces(lines):
        read = reader(wire.EventIn, b"\n".join(together))
        for line in together:
            yield _Sent(partial(read, line), line.decode)


def _in_pieces(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    size = 0
    for line in lines:
        some.append(line)
        size += len(line)
        if size >= PIECE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _at_most(items: Iterable[T]) -> Iterator[T]:
    """The items. Raises Invalid behind as many as there may be, when there are more."""
    rest = iter(items)
    yield from islice(rest, MOST_EVENTS)
    _check_count(MOST_EVENTS + sum(1 for _ in rest))


def _check_count(events: int) -> None:
    if events > MOST_EVENTS:
        raise Invalid.at("", f"must hold at most {MOST_EVENTS} events, got {events}")


def _text(raw: bytes) -> str:
    """A body of any kind as JSON text: itself when it is JSON, else a string; as its bytes, when it is no text."""
    try:
        json_value(raw)
        return raw.decode()
    except Invalid:
        is_text = b"\0" not in raw and is_utf_8(raw)
        return to_json(raw.decode() if is_text else cloudevents.encoded(raw)).decode()


def _idempotency_key(request: Request) -> str | None:
    key, *more = request.headers.getlist("idempotency-key") or (None,)
    if more:
        raise Invalid.at("Idempotency-Key", f"takes one value, got {1 + len(more)}")
    if key is not None and (len(key) > _LONGEST_KEY or not re.fullmatch(_KEY, key)):
        raise Invalid.at("Idempotency-Key", f"must have 1 to {_LONGEST_KEY} characters of printable ASCII")
    return key
