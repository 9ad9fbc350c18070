"""Events out: in order, by id, counted. And changed, and removed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import decode, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, json_body, principal, read
from whence.dialects.native.meaning import look_up, of_change, of_target
from whence.dialects.native.meaning import named as names_in
from whence.dialects.native.part import Part, whole
from whence.dialects.native.problems import ids
from whence.dialects.native.targets import Targets
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, NotFound, Violation
from whence.domain.event import Event, Span
from whence.domain.filter import Filter
from whence.domain.page import Cursor, unseal_cursor
from whence.domain.scope import Scope

_SAMPLE: Final = 10
_LISTED: Final = 1000

_EVENT_PATH: Final = "/v1/events/{event_id:uuid}"  # whatever is no UUID is another path, or none


def routes(context: Context) -> APIRouter:
    """The endpoints below `/v1/events`, and the dry run of a scope."""
    router = APIRouter()
    reads = [gate(context, Right.READ_EVENTS)]
    writes = [gate(context, Right.WRITE_EVENTS)]

    @router.get("/v1/events", summary="Events of a window", response_model=shape.EventPage, dependencies=reads)
    async def page(request: Request, query: Annotated[wire.PageQuery, Query()]) -> Response:
        by = principal(request)
        return await listed(context, by, query, query.entity)

    @router.get(
        "/v1/events/facets",
        summary="Counts by what events have in common",
        response_model=shape.FacetsShape,
        dependencies=reads,
    )
    async def facets(request: Request, query: Annotated[wire.FilterQuery, Query()]) -> Response:
        by = principal(request)
        return Answer(encode.facets(await context.timeline.facets(by, await asked(context, by, query))))

    @router.get(
        "/v1/events/histogram",
        summary="Counts by time and severity",
        response_model=shape.HistogramShape,
        dependencies=reads,
    )
    async def histogram(request: Request, query: Annotated[wire.HistogramQuery, Query()]) -> Response:
        by = principal(request)
        filtered = await asked(context, by, query)
        return Answer(encode.histogram(await context.timeline.histogram(by, filtered, buckets=query.buckets)))

    @router.post(
        "/v1/scope/match",
        summary="Whom a scope would concern now",
        response_model=shape.ScopeMatch,
        openapi_extra=json_body(wire.TargetIn),
        dependencies=reads,
    )
    async def match(request: Request) -> Response:
        by = principal(request)
        target = await read(context, request, wire.TargetIn, partial(_target_faults, context, by))
        scope = await _scope(context, by, target)
        matched = await context.catalog.matched(by, scope, sample=_LISTED)
        briefs = [encode.brief(entity) for entity in matched.sample]
        return Answer({"count": matched.count, "of": matched.of, "entities": briefs})

    @router.get(
        _EVENT_PATH,
        summary="One event, with the services it concerns",
        response_model=shape.Event,
        dependencies=reads,
    )
    async def one(request: Request, event_id: UUID, query: Annotated[wire.EventQuery, Query()]) -> Response:
        by = principal(request)
        event = await context.timeline.require(by, event_id)
        matched = await context.catalog.matched(by, event.scope, sample=_SAMPLE)
        answer = encode.event(event, original=query.include == "original")
        return Answer({**answer, "matched": encode.matched(matched)})

    @router.patch(
        _EVENT_PATH,
        summary="Change an event",
        response_model=shape.Event,
        openapi_extra=json_body(wire.EventChange),
        dependencies=writes,
    )
    async def change(request: Request, event_id: UUID) -> Response:
        by = principal(request)
        meaning = partial(_change_faults, context, by, event_id)
        asked_for = await read(context, request, wire.EventChange, meaning)
        try:
            changed = await context.amend.change(by, event_id, partial(_changed, context, by, asked_for))
        except (Invalid, NotFound):
            part = whole(asked_for)
            if faults := await meaning(part):
                raise part.refusal(faults) from None
            raise
        return Answer(encode.event(changed))

    @router.delete(_EVENT_PATH, summary="Remove an event", status_code=204, dependencies=writes)
    async def remove(request: Request, event_id: UUID) -> Response:
        by = principal(request)
        await context.amend.remove(by, event_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


async def _target_faults(context: Context, by: Principal, part: Part[wire.TargetIn]) -> list[Violation]:
    return [*of_target(part, await look_up(context.catalog, by, names_in(part)))]


async def _scope(context: Context, by: Principal, target: wire.TargetIn) -> Scope:
    targets = await Targets.look_up(context.catalog, by, [target])
    try:
        return decode.scope(target, targets.entities(target))
    except Invalid:
        part = whole(target)
        raise part.refusal(of_target(part, targets.names)) from None


async def _change_faults(
    context: Context, by: Principal, event_id: UUID, part: Part[wire.EventChange]
) -> list[Violation]:
    try:
        event = await context.timeline.require(by, event_id)
    except NotFound:
        event = None
    unkept = partial(context.ingest.time_fault, now=datetime.now(UTC), retention=by.retention)
    return [*of_change(part, event, unkept)]


def _changed(context: Context, by: Principal, change: wire.EventChange, old: Event) -> Event:
    new = decode.changed(old, change)
    return new if new.span == old.span else _in_range(context, by, new)


def _in_range(context: Context, by: Principal, event: Event) -> Event:
    if event.is_open:  # its end is no time yet, and is its alert's to say
        context.ingest.in_range(replace(event, span=Span.moment(event.span.start)), retention=by.retention)
        return event
    return context.ingest.in_range(event, retention=by.retention)


async def listed(context: Context, by: Principal, query: wire.TimelineQuery, names: Sequence[str]) -> Response:
    """A page of events: of any of the entities with these names, or of all where there are none.

    Raises:
        Invalid: the query contradicts itself, or its cursor; also when it names nobody that there is.
        NotFound: it names an entity that the account has not.
    """
    cursor = unseal_cursor(by.secret, query.cursor) if query.cursor is not None else None
    if cursor is not None and "order" in query.model_fields_set and query.order is not cursor.order:
        raise Invalid.at("order", "is not that of the cursor")
    original = query.include == "original"
    page = await context.timeline.page(
        by,
        await _narrowed(context, by, query, names, cursor=cursor),
        order=cursor.order if cursor else query.order,
        cursor=cursor,
        limit=query.limit,
        original=original,
    )
    return Answer(encode.events(page, original=original))


async def asked(context: Context, by: Principal, query: wire.FilterQuery) -> Filter:
    """The filter that a query asks for.

    Raises:
        NotFound: it names an entity that the account has not.
        Invalid: it contradicts itself.
    """
    return await _narrowed(context, by, query, query.entity)


async def _narrowed(
    context: Context,
    by: Principal,
    query: wire.Narrowing,
    names: Sequence[str],
    *,
    cursor: Cursor | None = None,
) -> Filter:
    concerning = await _concerning(context, by, query, names)
    problems = await ids(context, by, query.problem)
    return decode.asked(query, now=datetime.now(UTC), concerning=concerning, problems=problems, cursor=cursor)


async def named(context: Context, by: Principal, query: wire.FilterQuery) -> list[Entity] | None:
    """The entities that the query names; None when it names none. Raises as `asked`."""
    return await _concerning(context, by, query, query.entity)


async def _concerning(
    context: Context, by: Principal, query: wire.Narrowing, names: Sequence[str]
) -> list[Entity] | None:
    decode.properties(query)  # what is bad is told before what is missing
    return [await context.catalog.require(by, name) for name in names] if names else None
