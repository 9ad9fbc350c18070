"""How this dialect says no: one envelope for all, and 403 for everything that a key can lack."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from starlette.requests import Request

from whence.dialects.komodor.answer import Answer
from whence.domain import errors
from whence.domain.access import Right
from whence.domain.errors import Doubt, Invalid, Refusal, Violation

STATUS: Final[Mapping[type[Refusal], HTTPStatus]] = {
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.FORBIDDEN,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_KEY_DOUBTS: Final[Mapping[Doubt, str]] = {
    Doubt.MISSING: "Missing API key",
    Doubt.UNKNOWN: "Invalid API key",
    Doubt.EXPIRED: "API key has expired",
}
_FORBIDDEN: Final[Mapping[str, str]] = {
    Right.WRITE_EVENTS: "API key is not allowed to create events",
    Right.READ_EVENTS: "API key is not allowed to read events",
    Right.READ_ENTITIES: "API key is not allowed to read services",
}
_FIELDS: Final[Mapping[str, str]] = {"time": "timestamp", "end_time": "endTimestamp"}  # the core's: ours
_NO_JSON: Final = "is not valid JSON"

log = structlog.get_logger()


def refused(request: Request, refusal: Refusal) -> Answer:
    """The answer to a refusal."""
    fields = [] if _concerns_the_whole(refusal) else _field_errors(refusal)
    answer = envelope(request, STATUS[type(refusal)], _message(refusal), fields)
    match refusal:
        case errors.Pushback(retry_after=retry_after):
            answer.headers["retry-after"] = str(retry_after)
        case errors.TooLarge():
            answer.headers["connection"] = "close"  # what the caller still sends will not be read
        case _:
            pass
    return answer


def broken(request: Request, bug: Exception) -> Answer:
    """The answer when something is wrong with us; logs the bug, once, without what was sent."""
    log.error("request.broken", dialect="komodor", request_id=_request_id(request), exc_info=bug)
    return envelope(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error")


def not_found(request: Request) -> Answer:
    """The answer of a path that nothing is at."""
    return envelope(request, HTTPStatus.NOT_FOUND, "Not found")


def wrong_method(request: Request, allowed: str) -> Answer:
    """The answer of a path that does not know the method."""
    answer = envelope(request, HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed")
    answer.headers["allow"] = allowed
    return answer


def envelope(request: Request, status: HTTPStatus, message: str, fields: list[dict[str, str]] | None = None) -> Answer:
    """The one shape of an error."""
    error: dict[str, Any] = {"code": status.value, "message": message, "requestID": _request_id(request)}
    if fields:
        error["fieldErrors"] = fields
    return Answer({"error": error}, status)


def _message(refusal: Refusal) -> str:
    match refusal:
        case Invalid(violations=violations):
            return _whole(violations[0]) if _concerns_the_whole(refusal) else "Validation failed"
        case errors.Unauthenticated(doubt=doubt):
            return _KEY_DOUBTS[doubt]
        case errors.Forbidden(right=right):
            return _FORBIDDEN.get(right, "API key is not allowed to do this")
        case errors.NotFound():
            return "Not found"
        case errors.TooMany():
            return "Too many requests"
        case errors.Unavailable():
            return "Service unavailable"
        case _:
            return str(refusal)


def _concerns_the_whole(refusal: Refusal) -> bool:
    return isinstance(refusal, Invalid) and not any(violation.path for violation in refusal.violations)


def _whole(violation: Violation) -> str:
    """The fault of a body as a whole; where it stops being JSON is no part of the contract's message."""
    message = violation.message
    return f"Request body {_NO_JSON if message.startswith(_NO_JSON) else message}"


def _field_errors(refusal: Refusal) -> list[dict[str, str]]:
    if not isinstance(refusal, Invalid):
        return []
    return [{"field": _FIELDS.get(v.path, v.path), "message": v.message} for v in refusal.violations]


def _request_id(request: Request) -> str:
    return request.scope["state"]["request_id"]
