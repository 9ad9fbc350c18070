"""Sessions of the web UI: signing in with a token, who is signed in, and signing out."""

from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import cookie, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import json_body, read
from whence.dialects.native.query import require_none

_UNKEPT = {"cache-control": "no-store"}
_LONGEST: Final = 32 * 1024  # bytes that a stranger may have read: the longest token, each letter of it as an escape


def routes(context: Context) -> APIRouter:
    """The endpoints that look at the cookie, never at `Authorization`."""
    router = APIRouter()
    access = context.access

    @router.post(
        "/v1/session",
        summary="Sign in with a token: sets the cookie of a session",
        status_code=204,
        openapi_extra={**json_body(wire.SessionIn), "security": []},
    )
    async def sign_in(request: Request) -> Response:
        cookie.require_own_page(context, request)  # nobody is signed in by a page elsewhere
        require_none(request)
        asked = await read(context, request, wire.SessionIn, most_bytes=_LONGEST)
        session, secret = await access.sign_in(asked.token)
        answer = Response(status_code=HTTPStatus.NO_CONTENT, headers=_UNKEPT)
        lasts = session.expires_at - session.created_at
        cookie.put(context, request, answer, secret, seconds=ceil(lasts.total_seconds()))
        return answer

    @router.get(
        "/v1/session",
        summary="Who is signed in, and what requests that change something must name",
        response_model=shape.Session,
        openapi_extra={"security": [{cookie.SCHEME: []}]},
    )
    async def signed_in(request: Request) -> Response:
        session = await cookie.session(context, request)
        require_none(request)
        csrf = session.csrf(cookie.sent(request) or "")
        return Answer(encode.session(session, csrf=csrf, now=datetime.now(UTC)), headers=_UNKEPT)

    @router.delete(
        "/v1/session",
        summary="Sign out, on every node at once",
        status_code=204,
        openapi_extra={"security": [{cookie.SCHEME: []}]},
    )
    async def sign_out(request: Request) -> Response:
        session = await cookie.session(context, request)
        require_none(request)
        await access.sign_out(session)
        answer = Response(status_code=HTTPStatus.NO_CONTENT, headers=_UNKEPT)
        cookie.take_back(context, request, answer)
        return answer

    return router
