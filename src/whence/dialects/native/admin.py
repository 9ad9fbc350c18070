"""Tokens and the audit trail."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, json_body, principal, read
from whence.dialects.native.part import Part, whole
from whence.domain.access import Right
from whence.domain.errors import Invalid, NotFound, Violation


def routes(context: Context) -> APIRouter:
    """The endpoints that take an admin's token."""
    router = APIRouter()
    access = context.access
    admin = [gate(context, Right.ADMIN)]

    @router.post(
        "/v1/tokens",
        summary="Make a token; its secret is shown this once",
        status_code=201,
        response_model=shape.NewToken,
        openapi_extra=json_body(wire.TokenIn),
        dependencies=admin,
    )
    async def create_token(request: Request) -> Response:
        by = principal(request)
        meaning = partial(_faults, context)
        asked = await read(context, request, wire.TokenIn, meaning)
        if faults := await meaning(whole(asked)):
            raise Invalid(faults)
        token, secret = await access.create_token(
            by,
            name=asked.name,
            rights=asked.rights,
            account=asked.account,
            expires_at=asked.expires_at,
            rate_per_minute=asked.rate_per_minute,
            sees=asked.sees,
            style=asked.format,
            options=asked.options,
        )
        answer = encode.token(token)
        return Answer({"id": answer.pop("id"), "token": secret, **answer}, HTTPStatus.CREATED)

    @router.get(
        "/v1/tokens",
        summary="Tokens, without their secrets",
        response_model=shape.TokenPage,
        dependencies=admin,
    )
    async def tokens(request: Request, query: Annotated[wire.ListQuery, Query()]) -> Response:
        by = principal(request)
        page = await access.tokens(by, cursor=query.cursor, limit=query.limit)
        return Answer({"tokens": [encode.token(token) for token in page.items], "next": page.following})

    @router.delete(
        "/v1/tokens/{token_id}",
        summary="Revoke a token, on every node at once",
        status_code=204,
        dependencies=admin,
    )
    async def revoke(request: Request, token_id: str) -> Response:
        by = principal(request)
        try:
            wanted = UUID(token_id)
        except ValueError:
            raise NotFound("token", token_id[:100]) from None
        await access.revoke(by, wanted)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.get(
        "/v1/audit",
        summary="Who changed what, newest first",
        response_model=shape.AuditPage,
        dependencies=admin,
    )
    async def audit(request: Request, query: Annotated[wire.ListQuery, Query()]) -> Response:
        by = principal(request)
        page = await access.audit(by, cursor=query.cursor, limit=query.limit)
        return Answer({"entries": [encode.audit(entry) for entry in page.items], "next": page.following})

    return router


async def _faults(context: Context, part: Part[wire.TokenIn]) -> list[Violation]:
    return [*_expiry_faults(part.model.expires_at), *context.check_options(part.entries("options"))]


def _expiry_faults(ends: datetime | None) -> Iterator[Violation]:
    if ends is not None and ends <= datetime.now(UTC):
        yield Violation(path="expires_at", message="must be in the future")
