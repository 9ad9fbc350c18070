"""How the native API says no: one shape, one code for each kind of refusal."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final, cast

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from whence.dialects.native.answer import Answer
from whence.dialects.request import violation
from whence.domain import errors
from whence.domain.errors import Invalid, Refusal, Violation
from whence.refusals import note

NAME: Final = "native"  # of this dialect, where requests and refusals are counted
STATUS: Final[Mapping[type[Refusal], tuple[HTTPStatus, str]]] = {
    errors.Invalid: (HTTPStatus.BAD_REQUEST, "invalid"),
    errors.Unauthenticated: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    errors.Forbidden: (HTTPStatus.FORBIDDEN, "forbidden"),
    errors.NotFound: (HTTPStatus.NOT_FOUND, "not_found"),
    errors.Conflict: (HTTPStatus.CONFLICT, "conflict"),
    errors.TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    errors.Unsupported: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported"),
    errors.TooMany: (HTTPStatus.TOO_MANY_REQUESTS, "too_many"),
    errors.Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
}

log = structlog.get_logger()


def body(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """The error of the native API's contract."""
    _, code = STATUS[type(refusal)]
    error: dict[str, Any] = {"code": code, "message": _message(refusal), "request_id": request_id}
    if isinstance(refusal, Invalid):
        error["violations"] = [{"path": v.path, "message": v.message} for v in refusal.violations]
    return error


def install(app: FastAPI) -> None:
    """Every refusal, and everything unforeseen, is answered in the native shape."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(Exception, _broken)


def refused(request: Request, refusal: Refusal) -> Response:
    """The answer to a refusal."""
    note(refusal)
    status, _ = STATUS[type(refusal)]
    headers: dict[str, str] = {}
    if isinstance(refusal, errors.Pushback):
        headers["retry-after"] = str(refusal.retry_after)
    if isinstance(refusal, errors.Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    if isinstance(refusal, errors.TooLarge):
        headers["connection"] = "close"  # what the caller still sends will not be read
    return Answer({"error": body(refusal, request_id(request))}, status, headers)


def broken(request: Request, exc: Exception) -> Response:
    """The answer to a bug, which is logged once: where it happened, nothing of what was sent."""
    log.error("request.broken", request_id=request_id(request), exc_info=exc)
    error = {"code": "internal", "message": "Internal error", "request_id": request_id(request)}
    return Answer({"error": error}, HTTPStatus.INTERNAL_SERVER_ERROR)


def of_parameter(error: ErrorDetails, *, within: int = 0) -> Violation:
    """A validator's error of a parameter, which is no field; `within` as of a field."""
    told = violation(error, within=within)
    return replace(told, message="is not a parameter of this call") if error["type"] == "extra_forbidden" else told


def request_id(request: Request) -> str:
    """The id that the Edge gave the request."""
    return request.scope["state"]["request_id"]


async def _refused(request: Request, exc: Exception) -> Response:
    return refused(request, cast("Refusal", exc))


async def _misread(request: Request, exc: Exception) -> Response:
    """A path or query that FastAPI could not read; the place (`query`, `path`) is not part of the name."""
    errors_read = cast("RequestValidationError", exc).errors()
    return refused(request, Invalid(of_parameter(error, within=1) for error in errors_read))


async def _not_served(request: Request, exc: Exception) -> Response:
    exc = cast("HTTPException", exc)
    code = {404: "not_found", 405: "method_not_allowed"}.get(exc.status_code, "invalid")
    error = {"code": code, "message": exc.detail, "request_id": request_id(request)}
    headers = {name.lower(): value for name, value in (exc.headers or {}).items()}
    if exc.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = ", ".join(_allowed(request))
    return Answer({"error": error}, exc.status_code, headers)


def _allowed(request: Request) -> list[str]:
    """Every method that the path takes; the router's own answer names those of its first route only."""
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.router.routes
        )
    ]


async def _broken(request: Request, exc: Exception) -> Response:
    return broken(request, exc)


def _message(refusal: Refusal) -> str:
    if isinstance(refusal, Invalid):
        return "the request is not valid" if len(refusal.violations) != 1 else str(refusal)
    return str(refusal)
