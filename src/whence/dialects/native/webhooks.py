"""Webhooks: the addresses that monitors post to."""

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, json_body, principal, read, read_optional
from whence.dialects.native.part import Part
from whence.dialects.native.webhook_options import faults, require_options
from whence.domain.access import Principal, Right
from whence.domain.errors import Conflict, NotFound, Violation
from whence.domain.webhook import Webhook, default_project

_LONGEST_ID: Final = 100  # five times what ours are; an answer does not repeat more than that


def _short(webhook_id: str) -> str:
    """The id, as it is in the path: none of ours has a character that would be encoded there.

    Raises:
        NotFound: nothing is called so.
    """
    if len(webhook_id) > _LONGEST_ID:
        raise NotFound("webhook", webhook_id[:_LONGEST_ID])
    return webhook_id


def routes(context: Context) -> APIRouter:
    """The endpoints below `/v1/webhooks`."""
    router = APIRouter()
    webhooks = context.webhooks
    admin = [gate(context, Right.ADMIN)]

    @router.post(
        "/v1/webhooks",
        summary="Make a webhook: an address that a monitor posts to without a token",
        status_code=201,
        response_model=shape.Webhook,
        openapi_extra=json_body(wire.WebhookIn),
        dependencies=admin,
    )
    async def create(request: Request) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.WebhookIn, _faults)
        require_options(asked.receiver, asked.options)
        project = asked.project or default_project(by.account_id)
        if (await context.routing.use_project(by, project)).is_removed:
            raise Conflict(f"project {project} was removed: its webhooks take nothing")
        made = await webhooks.create(
            by, name=asked.name, receiver=asked.receiver, project=project, options=asked.options
        )
        return Answer(_shown(context, request, made), HTTPStatus.CREATED)

    @router.get(
        "/v1/webhooks",
        summary="All webhooks, by name",
        response_model=shape.WebhookPage,
        dependencies=admin,
    )
    async def every(request: Request) -> Response:
        found = await webhooks.every(principal(request))
        return Answer({"webhooks": [_shown(context, request, one) for one in found], "next": None})

    @router.get("/v1/webhooks/{webhook_id}", summary="One webhook", response_model=shape.Webhook, dependencies=admin)
    async def one(request: Request, webhook_id: str) -> Response:
        return Answer(_shown(context, request, await webhooks.require(principal(request), _short(webhook_id))))

    @router.patch(
        "/v1/webhooks/{webhook_id}",
        summary="Change a webhook; it holds for the next payload, on every node",
        response_model=shape.Webhook,
        openapi_extra=json_body(wire.WebhookChange),
        dependencies=admin,
    )
    async def change(request: Request, webhook_id: str) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.WebhookChange, partial(_change_faults, context, by, webhook_id))
        changed = await webhooks.change(by, _short(webhook_id), partial(_changed, change=asked))
        return Answer(_shown(context, request, changed))

    @router.post(
        "/v1/webhooks/{webhook_id}/rekey",
        summary="Give a webhook a new key, and so another address; the old one opens nothing any more",
        response_model=shape.Webhook,
        dependencies=admin,
    )
    async def rekey(request: Request, webhook_id: str) -> Response:
        await read_optional(context, request, wire.Nothing)
        return Answer(_shown(context, request, await webhooks.rekey(principal(request), _short(webhook_id))))

    @router.delete(
        "/v1/webhooks/{webhook_id}",
        summary="Remove a webhook; what came in through it stays",
        status_code=204,
        dependencies=admin,
    )
    async def remove(request: Request, webhook_id: str) -> Response:
        await webhooks.remove(principal(request), _short(webhook_id))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


async def _faults(part: Part[wire.WebhookIn]) -> list[Violation]:
    """What is wrong with the options, of a receiver that there is."""
    return list(faults(part.model.receiver, part.entries("options"))) if part.is_sound("receiver") else []


async def _change_faults(
    context: Context, by: Principal, webhook_id: str, part: Part[wire.WebhookChange]
) -> list[Violation]:
    """What is wrong with the options of a webhook that there is."""
    try:
        webhook = await context.webhooks.require(by, _short(webhook_id))
    except NotFound:
        return []
    return list(faults(webhook.receiver, part.entries("options")))


def _changed(webhook: Webhook, *, change: wire.WebhookChange) -> Webhook:
    """The webhook with what the change names.

    Raises:
        Invalid: its receiver cannot work with the options.
    """
    named = change.model_fields_set
    if "options" in named:
        require_options(webhook.receiver, change.options)
    return replace(
        webhook,
        name=change.name if "name" in named else webhook.name,
        is_enabled=change.state == "enabled" if "state" in named else webhook.is_enabled,
        options=change.options if "options" in named else webhook.options,
    )


def _shown(context: Context, request: Request, webhook: Webhook) -> encode.Json:
    return encode.webhook(webhook, base_url=context.public_url or str(request.base_url).rstrip("/"))
