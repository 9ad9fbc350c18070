"""Alerts: in order, by id; acknowledged and closed by people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import decode, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, json_body, principal, read_optional
from whence.dialects.native.problems import entity_ids, ids
from whence.domain.access import Right

_ALERT_PATH = "/v1/alerts/{alert_id:uuid}"  # whatever is no UUID is another path, or none


def routes(context: Context) -> APIRouter:
    """The endpoints below `/v1/alerts`."""
    router = APIRouter()
    alerts = context.alerts
    reads = [gate(context, Right.READ_EVENTS)]
    writes = [gate(context, Right.WRITE_PROBLEMS)]
    comment = json_body(wire.CommentIn, required=False)

    @router.get(
        "/v1/alerts",
        summary="Alerts, the last opened first",
        response_model=shape.AlertPage,
        dependencies=reads,
    )
    async def page(request: Request, query: Annotated[wire.AlertQuery, Query()]) -> Response:
        by = principal(request)
        named = await entity_ids(context, by, query)
        asked = decode.alert_filter(query, entity_ids=named, problems=await ids(context, by, query.problem))
        return Answer(encode.alerts(await alerts.page(by, asked, cursor=query.cursor, limit=query.limit)))

    @router.get(_ALERT_PATH, summary="One alert", response_model=shape.Alert, dependencies=reads)
    async def one(request: Request, alert_id: UUID) -> Response:
        by = principal(request)
        return Answer(encode.alert(await alerts.require(by, alert_id)))

    @router.post(
        f"{_ALERT_PATH}/acknowledge",
        summary="Say that somebody looks after an alert; again, or of a closed one, it changes nothing",
        response_model=shape.Alert,
        openapi_extra=comment,
        dependencies=writes,
    )
    async def acknowledge(request: Request, alert_id: UUID) -> Response:
        by = principal(request)
        said = await read_optional(context, request, wire.CommentIn)
        return Answer(encode.alert(await alerts.acknowledge(by, alert_id, said.comment)))

    @router.post(
        f"{_ALERT_PATH}/close",
        summary="End an alert now; one that has ended stays as it is",
        response_model=shape.Alert,
        openapi_extra=comment,
        dependencies=writes,
    )
    async def close(request: Request, alert_id: UUID) -> Response:
        by = principal(request)
        said = await read_optional(context, request, wire.CommentIn)
        return Answer(encode.alert(await alerts.close(by, alert_id, said.comment)))

    return router
