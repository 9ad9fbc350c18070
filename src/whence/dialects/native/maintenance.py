"""Maintenance windows: planned, listed, changed and removed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import decode, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, json_body, principal, read
from whence.dialects.native.targets import Targets
from whence.domain.access import Principal, Right
from whence.domain.errors import Invalid, Violation
from whence.domain.maintenance import Maintenance, violations
from whence.domain.scope import Scope

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
        asked = await read(context, request, wire.MaintenanceIn)
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
        asked = await read(context, request, wire.MaintenanceChange)
        scope, faults = await _affected(context, by, asked)

        def changed(old: Maintenance) -> Maintenance:
            return _whole(decode.replanned(old, asked, scope), faults)

        return Answer(_shown(await calendar.change(by, maintenance_id, changed)))

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
    except Invalid as refusal:
        return None, refusal.violations


def _whole(window: Maintenance, faults: Iterable[Violation]) -> Maintenance:
    """The window, when there are no faults; else they are raised, and those of its times with them."""
    if told := list(faults):
        raise Invalid([*told, *violations(window)])
    return window


def _shown(window: Maintenance) -> encode.Json:
    return encode.maintenance(window, now=datetime.now(UTC))
