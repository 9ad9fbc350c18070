"""How this dialect says no: two of its three shapes (the third is of descriptors alone).

Source: Cortex contract A7. An endpoint raises the domain's refusals:

    Invalid.at("", "Malformed JSON")            details: the message itself
    Invalid([Violation(path="title", …), …])    details: `title is required; url must be a string`
    NotFound("entity", tag)                     details: `Entity not found: <tag>`; any noun does
    Forbidden(right)                            details: `Missing permission: …`
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from starlette.requests import Request

from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.fields import shown
from whence.dialects.cortex.vocabulary import NAME
from whence.domain import errors
from whence.domain.access import Right
from whence.domain.errors import Invalid, Refusal

STATUS: Final[Mapping[type[Refusal], HTTPStatus]] = {
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unsupported: HTTPStatus.BAD_REQUEST,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TYPE: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "BAD_REQUEST",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.CONFLICT: "CONFLICT",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "BAD_REQUEST",
    HTTPStatus.INTERNAL_SERVER_ERROR: "UNHANDLED_EXCEPTION",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNHANDLED_EXCEPTION",
}
_OTHERWISE: Final = "UNCATEGORIZED"
_MESSAGE: Final[Mapping[HTTPStatus, str]] = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Payload Too Large"}
_PERMISSION: Final[Mapping[str, str]] = {Right.WRITE_EVENTS: "Edit entities", Right.WRITE_ENTITIES: "Edit entities"}
_NOUN: Final[Mapping[str, str]] = {"event": "Custom event"}  # what the core calls it
_PATH: Final[Mapping[str, str]] = {"time": "timestamp", "end_time": "timestamp"}  # the same

log = structlog.get_logger()


def refused(request: Request, refusal: Refusal) -> Answer:
    """The answer to a refusal."""
    match refusal:
        case errors.TooMany():
            return _too_many(request, refusal)
        case errors.Unavailable(retry_after=retry_after):
            answer = error(request, STATUS[type(refusal)], str(refusal))
            answer.headers["retry-after"] = str(retry_after)
        case errors.TooLarge():
            answer = error(request, STATUS[type(refusal)], str(refusal))
            answer.headers["connection"] = "close"  # what the caller still sends will not be read
        case errors.Unauthenticated():
            answer = error(request, STATUS[type(refusal)], _details(refusal))
            answer.headers["www-authenticate"] = "Bearer"
        case _:
            answer = error(request, STATUS[type(refusal)], _details(refusal))
    return answer


def broken(request: Request, bug: Exception) -> Answer:
    """The answer when something is wrong with us; logs the bug, once, without what was sent."""
    log.error("request.broken", dialect=NAME, request_id=_request_id(request), exc_info=bug)
    return error(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error")


def no_path(request: Request) -> Answer:
    """The answer of a path that nothing is at."""
    return error(request, HTTPStatus.NOT_FOUND, f"No such path: {shown(_path(request))}")


def wrong_method(request: Request, allowed: str) -> Answer:
    """The answer of a path that does not know the method."""
    answer = error(request, HTTPStatus.METHOD_NOT_ALLOWED, f"Method not allowed: {shown(request.method)}")
    answer.headers["allow"] = allowed
    return answer


def error(request: Request, status: HTTPStatus, details: str) -> Answer:
    """The shape of nearly every error."""
    body: dict[str, Any] = {
        "type": _TYPE.get(status, _OTHERWISE),
        "message": _MESSAGE.get(status, status.phrase),
        "details": details,
        "httpStatus": status.value,
        "requestId": _request_id(request),
    }
    return Answer(body, status)


def _too_many(request: Request, refusal: errors.TooMany) -> Answer:
    status = HTTPStatus.TOO_MANY_REQUESTS
    detail = f"Rate limit of {refusal.rate_per_minute} requests per minute exceeded"
    wait = max(refusal.retry_after, 1)  # the whole of it: a client that comes sooner fails, and prints a stack trace
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": _path(request),
        "retryAfter": wait,
        "message": status.phrase,
        "details": detail,
        "requestId": _request_id(request),
    }
    answer = Answer(body, status, media_type="application/problem+json")
    answer.headers["retry-after"] = str(wait)
    return answer


def _details(refusal: Refusal) -> str:
    match refusal:
        case Invalid(violations=violations):
            return "; ".join(f"{_PATH.get(v.path, v.path)} {v.message}" if v.path else v.message for v in violations)
        case errors.Unauthenticated():
            return "Missing or invalid API key"
        case errors.Forbidden(right=right):
            return f"Missing permission: {_PERMISSION.get(right, right)}"
        case errors.NotFound(noun=noun, name=name):
            return f"{_NOUN.get(noun, noun[:1].upper() + noun[1:])} not found: {shown(str(name))}"
        case _:
            return str(refusal)


def _path(request: Request) -> str:
    """The path as it was sent, nothing decoded."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1")


def _request_id(request: Request) -> str:
    return request.scope["state"]["request_id"]
