"""Reading events back, and ending one: what upstream lacks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import decode, encode, tolerance, wire
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.fields import read
from whence.dialects.komodor.gate import caller, may_read_events, optional_json_body, path_id, query, query_as, receipt
from whence.domain.access import Principal, Right, Sees
from whence.domain.errors import Invalid
from whence.domain.event import Event, Severity, Span
from whence.domain.filter import Filter, Within
from whence.domain.page import Cursor, Order, unseal_cursor

DAY: Final = timedelta(hours=24)  # how far back a list goes when nobody says
_DAWN: Final = datetime.min.replace(tzinfo=UTC)  # before which there is no day to go back to
_SAMPLE: Final = 10  # services that are shown of those matched


class Readback:
    """The endpoints over stored events."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /mgmt/v1/events`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        asked = query_as(wire.EventsQuery, request.scope["query_string"])
        cursor = events_cursor(by, asked.cursor) if asked.cursor else None
        window = cursor.window if cursor else window_of(asked.since, asked.to, datetime.now(UTC), path="from")
        found = await self._context.timeline.page(by, _filter(by, asked, window), cursor=cursor, limit=asked.limit)
        services = await self._context.catalog.services(by)
        events = [encode.event(event, services.concerned(event.scope, first=_SAMPLE)) for event in found.items]
        answer = Answer({"events": events, "next": found.following})
        answer.warn(tolerance.warnings(asked))
        return answer

    async def event(self, request: Request) -> Answer:
        """`GET /mgmt/v1/events/{id}`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        found = await self._context.timeline.require(by, path_id(request), dialect=only_dialect(by))
        return await self._shown(by, found, tolerance.warnings(query(request)))

    async def close(self, request: Request) -> Answer:
        """`POST /mgmt/v1/events/{id}/close`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        event_id = path_id(request)
        received = receipt(self._context, by, datetime.now(UTC))
        sent = read(wire.Close, await optional_json_body(self._context, request), received)
        warnings = tolerance.warnings(query(request), sent)  # a query that is refused ends nothing
        end = sent.endTimestamp or received.at
        changed = await self._context.amend.change(by, event_id, lambda event: ended(event, end), dialect=decode.NAME)
        if may_read_events(by):
            return await self._shown(by, changed, warnings)
        answer = Answer(encode.ended(changed))
        answer.warn(warnings)
        return answer

    async def _shown(self, by: Principal, event: Event, warnings: Sequence[str]) -> Answer:
        services = await self._context.catalog.services(by)
        answer = Answer(encode.event(event, services.concerned(event.scope, first=_SAMPLE)))
        answer.warn(warnings)
        return answer


def ended(event: Event, end: datetime) -> Event:
    """The event with its end.

    Raises:
        Invalid: it began later.
    """
    if end < event.span.start:
        raise Invalid.at("end_time", "must not be before timestamp")
    return replace(event, span=Span(start=event.span.start, end=end))


def only_dialect(by: Principal) -> str | None:
    """The dialect whose events the principal sees; None: any."""
    return decode.NAME if by.sees is Sees.OWN else None


def events_cursor(by: Principal, text: str, *, path: str = "cursor") -> Cursor:
    """The place that an earlier page ended at.

    Raises:
        Invalid: this server gave the account no such cursor for a list of events; at `path`.
    """
    try:
        cursor = unseal_cursor(by.secret, text)
    except Invalid as exc:
        raise Invalid.at(path, exc.violations[0].message) from None
    if cursor.order is not Order.NEWEST:
        raise Invalid.at(path, "belongs to another list")
    return cursor


def window_of(since: datetime | None, to: datetime | None, now: datetime, *, path: str) -> Span:
    """The window that is meant; a day long where only one end is named.

    Raises:
        Invalid: it ends before it begins; at `path`, the name of its begin.
    """
    end = to or now
    start = since or max(end, _DAWN + DAY) - DAY
    if end < start:
        raise Invalid.at(path, "must not be after the end of the window")
    return Span(start=start, end=end)


def _filter(by: Principal, asked: wire.EventsQuery, window: Span) -> Filter:
    severities = set(asked.severity)
    if Severity.ERROR in severities:
        severities.add(Severity.CRITICAL)  # which reads as error here
    own = only_dialect(by)
    return Filter(
        window=window,
        within=Within(clusters=tuple(asked.cluster), namespaces=tuple(asked.namespace), services=tuple(asked.service)),
        types=tuple(asked.eventType),
        severities=tuple(sorted(severities)),
        dialects=(own,) if own else (),
        words=tuple((asked.q or "").split()),
    )
