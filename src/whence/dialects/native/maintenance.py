"""Maintenance windows: planned, listed, changed and removed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import decode, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, json_body, principal, read
from whence.dialects.native.meaning import look_up, named, of_target, of_times
from whence.dialects.native.part import Part, whole
from whence.dialects.native.targets import Targets, matching
from whence.domain.access import Principal, Right
from whence.domain.errors import Invalid, NotFound, Violation
from whence.domain.maintenance import Maintenance, violations
from whence.domain.scope import Scope

AnyTarget = TypeVar("AnyTarget", bound=wire.AffectedIn)

_MAINTENANCE_PATH: Final = "/v1/maintenance/{maintenance_id:uuid}"  # whatever is no UUID is another path, or none


def routes(context: Context) -> APIRouter:
    """The endpoints below `/v1/maintenance`."""
    router = APIRouter()
    calendar = context.maintenance
    reads = [gate(context, Right.READ_EVENTS)]
    writes = [gate(context, Right.WRITE_PROBLEMS)]

    @router.get(
        "/v1/maintenance",
        summary="Maintenance windows, the last made first",
        response_model=shape.MaintenancePage,
        dependencies=reads,
    )
    async def page(request: Request, query: Annotated[wire.MaintenanceQuery, Query()]) -> Response:
        found = await calendar.page(principal(request), active=query.active, cursor=query.cursor, limit=query.limit)
        return Answer({"maintenance": [_shown(one) for one in found.items], "next": found.following})

    @router.post(
        "/v1/maintenance",
        summary="Plan maintenance: alerts in it open no problem",
        status_code=201,
        response_model=shape.Maintenance,
        openapi_extra=json_body(wire.MaintenanceIn),
        dependencies=writes,
    )
    async def create(request: Request) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.MaintenanceIn, partial(_faults, context, by))
        scope, faults = await _affected(context, by, asked)

        def made(maintenance_id: UUID, now: datetime) -> Maintenance:
            return _whole(decode.maintenance(asked, scope, maintenance_id=maintenance_id, by=by.name, now=now), faults)

        return Answer(_shown(await calendar.create(by, made)), HTTPStatus.CREATED)

    @router.get(
        _MAINTENANCE_PATH, summary="One maintenance window", response_model=shape.Maintenance, dependencies=reads
    )
    async def one(request: Request, maintenance_id: UUID) -> Response:
        return Answer(_shown(await calendar.require(principal(request), maintenance_id)))

    @router.patch(
        _MAINTENANCE_PATH,
        summary="Change a maintenance window; alerts that are open are looked at again",
        response_model=shape.Maintenance,
        openapi_extra=json_body(wire.MaintenanceChange),
        dependencies=writes,
    )
    async def change(request: Request, maintenance_id: UUID) -> Response:
        by = principal(request)
        meaning = partial(_change_faults, context, by, maintenance_id)
        asked = await read(context, request, wire.MaintenanceChange, meaning)
        scope, faults = await _affected(context, by, asked)

        def changed(old: Maintenance) -> Maintenance:
            return _whole(decode.replanned(old, asked, scope), faults)

        try:
            return Answer(_shown(await calendar.change(by, maintenance_id, changed)))
        except NotFound:
            part = whole(asked)
            if found := await meaning(part):
                raise part.refusal(found) from None
            raise

    @router.delete(
        _MAINTENANCE_PATH,
        summary="Remove a maintenance window; alerts that are open are looked at again",
        status_code=204,
        dependencies=writes,
    )
    async def remove(request: Request, maintenance_id: UUID) -> Response:
        await calendar.remove(principal(request), maintenance_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


async def _affected(
    context: Context, by: Principal, target: wire.AffectedIn
) -> tuple[Scope | None, tuple[Violation, ...]]:
    """What the target names, or what is wrong with it: to be told with all else that is wrong."""
    targets = await Targets.look_up(context.catalog, by, [target])
    try:
        return decode.affected(target, targets.entities(target)), ()
    except Invalid:
        part = whole(target)
        return None, part.refusal(await _target_faults(context, by, part)).violations


async def _faults(context: Context, by: Principal, part: Part[wire.MaintenanceIn]) -> list[Violation]:
    return [*await _target_faults(context, by, part), *of_times(part, part.model)]


async def _change_faults(
    context: Context, by: Principal, maintenance_id: UUID, part: Part[wire.MaintenanceChange]
) -> list[Violation]:
    try:
        window = await context.maintenance.require(by, maintenance_id)
    except NotFound:
        window = None
    return [*await _target_faults(context, by, part), *of_times(part, window)]


async def _target_faults(context: Context, by: Principal, part: Part[AnyTarget]) -> list[Violation]:
    """What is wrong with whom the maintenance is of."""
    names = named(part)
    found = [*of_target(part, await look_up(context.catalog, by, names))]
    rules = part.model.match or []
    if rules and not found and not any([await matching(context.catalog, by, rule) for rule in rules]):
        found.append(Violation(path="match", message="matches no entity"))
    return found


def _whole(window: Maintenance, faults: Iterable[Violation]) -> Maintenance:
    """The window, when there are no faults; else they are raised, and those of its times with them."""
    if told := list(faults):
        raise Invalid([*told, *violations(window)])
    return window


def _shown(window: Maintenance) -> encode.Json:
    return encode.maintenance(window, now=datetime.now(UTC))
