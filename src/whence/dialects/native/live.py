"""Events as they come (Server-Sent Events), and all of them as a file."""

import asyncio
import csv
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import StringIO
from time import monotonic
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, Request
from pydantic_core import to_json
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from whence.dialects import Context
from whence.dialects.native import decode, encode, wire
from whence.dialects.native.errors import NAME, request_id
from whence.dialects.native.events import asked, named
from whence.dialects.native.gate import authorised, gate, principal
from whence.dialects.native.problems import ids, shown
from whence.domain.access import Principal, Right
from whence.domain.alert import AlertTold
from whence.domain.cell import harmless
from whence.domain.errors import Invalid, Pushback, Refusal
from whence.domain.event import Event
from whence.domain.filter import Filter
from whence.domain.problem import ProblemTold
from whence.follow import WHOLE, Place, Reset
from whence.refusals import count

HEARTBEAT: Final = timedelta(seconds=15)
LONGEST: Final = timedelta(hours=1)

One = TypeVar("One")

_ESCAPED: Final = str.maketrans({"\\": r"\\", "|": r"\|", "[": r"\[", "<": "&lt;", "\r": " ", "\n": " "})
_COLUMNS: Final = (
    "id", "time", "end_time", "severity", "kind", "type", "title", "description", "source", "dialect", "clusters",
    "namespaces", "services", "url", "properties",
)  # fmt: skip

_DOCUMENT: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "Last-Event-ID",
            "in": "header",
            "schema": {"type": "string", "pattern": r"^([0-9]+\.[0-9]+)?$", "maxLength": 39},
            "description": "The last `id` that the stream gave: what was missed behind it comes first.",
        }
    ]
}

log = structlog.get_logger()


def routes(context: Context) -> APIRouter:
    """The endpoints that answer as long as there is something to say."""
    router = APIRouter()
    reads = [gate(context, Right.READ_EVENTS)]

    @router.get(
        "/v1/events/stream",
        summary="Events as they come",
        description="Sends what was missed since `Last-Event-ID` or `since`, then what comes; never an event twice. "
        "`event: alert` is an alert that was opened, held open, acknowledged or closed, as it is now; it passes the "
        "filter when its event does. "
        "`event: problem` is a problem that was opened, changed, closed or commented on, as it is now; it passes the "
        "filter when the event of one of its alerts does. "
        "`event: reset` means: there is a gap, read the list and connect again without `Last-Event-ID`.",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
        openapi_extra=_DOCUMENT,
        dependencies=reads,
    )
    async def stream(request: Request, query: Annotated[wire.StreamQuery, Query()]) -> Response:
        by = principal(request)
        behind = _place(request.headers.get("last-event-id"))
        seek = partial(_sought, context, by, query, await ids(context, by, query.problem))
        may = partial(_may, context, request)
        return StreamingResponse(
            _as_far(await _begun(_told(context, by, seek, behind, query, may)), request_id(request)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    @router.get(
        "/v1/events/export",
        summary="All events of a window, as a file",
        response_class=StreamingResponse,
        responses={
            200: {
                "content": {
                    kind: {"schema": {"type": "string"}}
                    for kind in ("application/x-ndjson", "text/csv", "text/markdown")
                }
            }
        },
        dependencies=reads,
    )
    async def export(request: Request, query: Annotated[wire.ExportQuery, Query()]) -> Response:
        by = principal(request)
        original = query.include == "original"
        found = context.timeline.walk(by, await asked(context, by, query), order=query.order, original=original)
        walk = await _begun(_as_long_as(found, partial(_still, context, request)))
        write, kind = _FORMATS[query.format]
        return _File(
            write(walk, original=original),
            media_type=kind,
            headers={"content-disposition": f'attachment; filename="events.{_SUFFIX[query.format]}"'},
        )

    return router


async def _begun(said: AsyncGenerator[One]) -> AsyncGenerator[One]:
    """The same, once it has begun: what kept it from that can still be answered as a refusal."""
    try:
        first = [await anext(said)]
    except StopAsyncIteration:
        first = []

    async def whole() -> AsyncGenerator[One]:
        async with aclosing(said):
            for one in first:
                yield one
            async for one in said:
                yield one

    return whole()


class _File(StreamingResponse):
    """An answer that breaks off when it cannot go on: whoever reads it must not take it for all there is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except Refusal as refusal:
            count(NAME, [refusal.reason])
            log.warning("export.cut", request_id=scope["state"]["request_id"], reason=refusal.reason.value)


async def _as_far(said: AsyncGenerator[bytes], number: str) -> AsyncGenerator[bytes]:
    """The same, as far as it goes: who follows asks again, and hears from there on."""
    async with aclosing(said):
        try:
            async for one in said:
                yield one
        except Refusal as refusal:
            count(NAME, [refusal.reason])
            log.warning("stream.cut", request_id=number, reason=refusal.reason.value)


async def _as_long_as(said: AsyncGenerator[One], still: Callable[[], Awaitable[object]]) -> AsyncGenerator[One]:
    """The same; every few seconds `still` is asked, whose refusal ends it."""
    asked_at = monotonic()
    async with aclosing(said):
        async for one in said:
            if (now := monotonic()) - asked_at >= HEARTBEAT.total_seconds():
                asked_at = now
                await still()
            yield one


async def _still(context: Context, request: Request) -> None:
    """Who asked may still read; a token over its rate may.

    Raises:
        Refusal: why not.
    """
    with suppress(Pushback):
        await authorised(context, request, Right.READ_EVENTS)


async def _may(context: Context, request: Request) -> bool:
    """Whether who opened the stream may still read."""
    try:
        await _still(context, request)
    except Refusal:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Sought:
    """What a live reader seeks, with the entities that it names as they were until something `changed`."""

    filter: Filter
    changed: asyncio.Event


async def _sought(
    context: Context,
    by: Principal,
    query: wire.StreamQuery,
    problems: Sequence[UUID] | None,
    before: _Sought | None,
) -> _Sought:
    """What the query asks for: an entity that was renamed is sought by its new name, as in a list.

    The same as `before` while it names none, or none has changed. Raises as `events.asked`.
    """
    if before is not None and not (query.entity and before.changed.is_set()):
        return before
    changed = context.catalog.next_change(by)  # before the question, which then misses none
    concerning = await named(context, by, query)
    return _Sought(decode.followed(query, concerning=concerning, problems=problems), changed)


async def _told(
    context: Context,
    by: Principal,
    seek: Callable[[_Sought | None], Awaitable[_Sought]],
    behind: Place | None,
    query: wire.StreamQuery,
    may: Callable[[], Awaitable[bool]],
) -> AsyncGenerator[bytes]:
    begun = asked_at = monotonic()
    sought = await seek(None)
    whom = decode.by_events(sought.filter)
    passed = behind or await context.follow.place(by.account_id, since=query.since)
    async with context.follow.follow(by.account_id, behind=passed, quiet=HEARTBEAT, whom=whom) as told:
        yield _sign(b"connected", passed)
        spoken = monotonic()
        async for one in told:
            sought = await seek(sought)
            passed = one[0] if isinstance(one, tuple) else passed
            match one:
                case Reset():
                    yield b"event: reset\ndata: {}\n\n"
                    return
                case place, Event() as event if sought.filter.matches(event):
                    yield _block(place, b"event", encode.event(event))
                    spoken = monotonic()
                case place, AlertTold(alert=alert, event=event) if sought.filter.matches(event):
                    yield _block(place, b"alert", encode.alert(alert))
                    spoken = monotonic()
                case place, ProblemTold() as happened if decode.passes(happened, sought.filter):
                    yield _block(place, b"problem", await shown(context, by, happened))
                    spoken = monotonic()
                case _:  # silence, or what was not asked for
                    if monotonic() - spoken >= HEARTBEAT.total_seconds():
                        yield _sign(b"heartbeat", passed)
                        spoken = monotonic()
            if (now := monotonic()) - asked_at >= HEARTBEAT.total_seconds():
                asked_at = now
                if not await may():
                    return
            if now - begun > LONGEST.total_seconds():
                return


def _block(place: Place, kind: bytes, said: encode.Json) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (str(place).encode(), kind, to_json(said))


def _sign(comment: bytes, passed: Place) -> bytes:
    """A sign of life, and the place to go on from, behind what was not asked for, too: readers keep it."""
    return b": %s\nid: %s\n\n" % (comment, str(passed).encode())


def _place(text: str | None) -> Place | None:
    if not text:
        return None
    position, dot, index = text.partition(".")
    if not (dot and position.isdecimal() and index.isdecimal() and len(text) < 40):  # noqa: PLR2004  two 64-bit numbers
        raise Invalid.at("Last-Event-ID", "is not one that this stream gave")
    return Place(min(int(position), 2**62), min(int(index), WHOLE))


async def _ndjson(events: AsyncIterable[Event], *, original: bool) -> AsyncGenerator[bytes]:
    async for event in events:
        yield to_json(encode.event(event, original=original)) + b"\n"


async def _csv(events: AsyncIterable[Event], *, original: bool) -> AsyncGenerator[bytes]:
    columns = (*_COLUMNS, "original") if original else _COLUMNS
    yield _csv_row(columns)
    async for event in events:
        row = _row(event)
        yield _csv_row([harmless(row[name]) for name in columns])


async def _markdown(events: AsyncIterable[Event], *, original: bool) -> AsyncGenerator[bytes]:
    del original  # a table for reading
    yield b"| Time (UTC) | Severity | Type | Title | Source | Where |\n|---|---|---|---|---|---|\n"
    async for event in events:
        row = _row(event)
        where = " / ".join(filter(None, (row["clusters"], row["namespaces"], row["services"])))
        cells = (row["time"], row["severity"], row["type"], row["title"], row["source"], where or _nowhere(event))
        yield ("| " + " | ".join(map(_cell, cells)) + " |\n").encode()


def _row(event: Event) -> dict[str, str]:
    return {
        "id": str(event.id),
        "time": encode.instant(event.span.start),
        "end_time": encode.maybe(encode.ended_at(event)) or "",
        "severity": event.severity.value,
        "kind": event.kind.value,
        "type": event.type,
        "title": event.title,
        "description": event.description,
        "source": event.source,
        "dialect": event.dialect,
        "clusters": " ".join(event.places.clusters),
        "namespaces": " ".join(event.places.namespaces),
        "services": " ".join(event.places.services),
        "url": event.url,
        "properties": to_json(event.properties).decode(),
        "original": event.original or "",
    }


def _nowhere(event: Event) -> str:
    """Whom an event concerns that is in no place."""
    clauses = event.scope.clauses
    named = sorted({entity_id for clause in clauses for entity_id in clause.entity_ids})
    return ", ".join(named) or ("every service" if clauses else "nobody")


def _csv_row(values: Any) -> bytes:  # noqa: ANN401  csv takes any row
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue().encode()


def _cell(value: str) -> str:
    """The text in a cell of a table: it ends no cell, and makes no link, picture or element wherever it is pasted."""
    return value.translate(_ESCAPED)


_FORMATS: Final[dict[str, tuple[Callable[..., AsyncGenerator[bytes]], str]]] = {
    "ndjson": (_ndjson, "application/x-ndjson"),
    "csv": (_csv, "text/csv"),
    "markdown": (_markdown, "text/markdown"),
}
_SUFFIX: Final = {"ndjson": "ndjson", "csv": "csv", "markdown": "md"}
