"""The six calls over an entity's custom events.

Source: Cortex contract A8. Each looks at the key, the permission, the path and the body before it looks for anything.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import decode, encode, path, wire
from whence.dialects.cortex.answer import Answer, NoContent
from whence.dialects.cortex.filters import Asked
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.retention import is_past, not_kept
from whence.dialects.cortex.vocabulary import CUSTOM_EVENT, NAME
from whence.domain.access import Principal, Right, Sees
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, NotFound
from whence.domain.event import Accepted, Event, Report
from whence.domain.identity import new_id

_LIST: Final = "/api/v1/catalog/{tag_or_id}/custom-events"
_ONE: Final = f"{_LIST}/{{uuid}}"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = CustomEvents(context)
    return {
        ("GET", _LIST): calls.page,
        ("POST", _LIST): calls.create,
        ("DELETE", _LIST): calls.remove_all,
        ("GET", _ONE): calls.event,
        ("PUT", _ONE): calls.replace,
        ("DELETE", _ONE): calls.remove,
    }


class CustomEvents:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/custom-events`."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        asked, page = Asked.read(query, updates=True), Numbered.read(query)
        query.settle()
        entity = await path.entity(self._context, by, request)
        every = by.sees is Sees.ALL
        wanted = asked.of_any_dialect(entity) if every else asked.by_call(CUSTOM_EVENT, entity=entity)
        if wanted is None:
            return Answer(encode.page("events", (), page, 0))
        found, total = await self._context.timeline.window(by, wanted, skip=page.skip, limit=page.size, original=True)
        return Answer(encode.page("events", (encode.custom_event(event, event.id) for event in found), page, total))

    async def create(self, request: Request) -> Answer:
        """`POST /catalog/{tagOrId}/custom-events`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        key = _idempotency_key(request)
        value, text = await json_object(self._context, request)
        sent = wire.CustomEvent.read(value)
        entity = await path.entity(self._context, by, request)
        report = decode.report(sent, text, entity=entity, source=by.name, key=key)
        if is_past(self._context, by, sent.timestamp):
            return not_kept(self._context, by, encode.custom_event(report, new_id(datetime.now(UTC))))
        return Answer(await self._stored(by, report))

    async def remove_all(self, request: Request) -> Answer:
        """`DELETE /catalog/{tagOrId}/custom-events`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        query = Query.of(request)
        asked = Asked.read(query)
        query.settle()
        entity = await path.entity(self._context, by, request)
        wanted = asked.by_call(CUSTOM_EVENT, entity=entity)
        if wanted is not None:
            await self._context.amend.remove_all(by, wanted, dialect=NAME)
        return NoContent()

    async def event(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/custom-events/{uuid}`."""
        by = await caller(self._context, request, None)
        event_id = path.uuid(request)
        entity = await path.entity(self._context, by, request)
        found = await self._context.timeline.require(by, event_id)
        if by.sees is not Sees.ALL:
            decode.require_own(found, entity)
        elif not found.scope.matches(entity):
            raise NotFound("event", event_id)
        return Answer(encode.custom_event(found, found.id))

    async def replace(self, request: Request) -> Answer:
        """`PUT /catalog/{tagOrId}/custom-events/{uuid}`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        event_id = path.uuid(request)
        value, text = await json_object(self._context, request)
        sent = wire.CustomEvent.read(value)
        entity = await path.entity(self._context, by, request)

        def changed(event: Event) -> Event:
            return decode.replaced(event, sent, text, entity=entity)

        if is_past(self._context, by, sent.timestamp):
            said = changed(await self._context.timeline.require(by, event_id))
            await self._context.amend.remove(by, event_id, dialect=NAME)
            return not_kept(self._context, by, encode.custom_event(said, event_id))
        new = await self._context.amend.change(by, event_id, changed, dialect=NAME)
        return Answer(encode.custom_event(new, event_id))

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/{tagOrId}/custom-events/{uuid}`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        event_id = path.uuid(request)
        entity = await path.entity(self._context, by, request)
        await self._require_own(by, event_id, entity)
        await self._context.amend.remove(by, event_id, dialect=NAME)
        return NoContent()

    async def _stored(self, by: Principal, report: Report) -> bytes:
        """What is answered when the report is stored, now or when it was sent before under its key."""
        while True:
            receipt = await self._context.ingest.accept_one(by.account_id, report, retention=by.retention)
            if isinstance(receipt, Accepted):
                return encode.custom_event(report, receipt.id)
            try:
                first = await self._context.timeline.require(by, receipt.id)
            except NotFound:  # it was removed since: so this is the first of its key
                continue
            return encode.custom_event(first, first.id)

    async def _require_own(self, by: Principal, event_id: UUID, entity: Entity) -> None:
        decode.require_own(await self._context.timeline.require(by, event_id), entity)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > decode.LONGEST_KEY:
        raise Invalid.at("Idempotency-Key", f"must be at most {decode.LONGEST_KEY} characters")
    return key or None
