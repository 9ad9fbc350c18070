"""How this dialect says no: one envelope for all, and every violation of a request at once.

Source: DESK contract 2.3. An endpoint raises the domain's refusals:

    Invalid.at("", "Could not parse …")                     the message itself, and no list
    Invalid([Fault(path=…, message=…, place=Place.QUERY)])  `Constraints violated.` with each of them
    NotFound("event", text)                                 `No event with id <text> was found.`

A plain `Violation` is one of the body of a request that has one, else of the query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from time import time_ns
from typing import Any, Final

import structlog
from starlette.requests import Request

from whence.dialects.desk.answer import Answer
from whence.dialects.desk.vocabulary import NAME
from whence.domain import errors
from whence.domain.errors import Doubt, Invalid, Refusal, Violation

STATUS: Final[Mapping[type[Refusal], HTTPStatus]] = {
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
CONSTRAINTS: Final = "Constraints violated."
NOT_NULL: Final = "must not be null"
_BODILESS: Final = frozenset({"GET", "HEAD", "DELETE"})
_CORE_TIMES: Final[Mapping[str, str]] = {"time": "start", "end_time": "end"}  # the core's: those of v1
_CORE_TIMES_V2: Final[Mapping[str, str]] = {"time": "startTime", "end_time": "endTime"}

log = structlog.get_logger()


class Place(StrEnum):
    """Where in a request a fault is."""

    HEADER = "HEADER"
    PATH = "PATH"
    BODY = "PAYLOAD_BODY"
    QUERY = "QUERY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Violation):
    """A violation that knows where in the request it is. `warnings`: what was tolerated before it was found."""

    place: Place = Place.BODY
    warnings: tuple[str, ...] = ()


def refused(request: Request, refusal: Refusal) -> Answer:
    """The answer to a refusal."""
    violations = _violations(request, refusal) if isinstance(refusal, Invalid) else []
    answer = envelope(STATUS[type(refusal)], CONSTRAINTS if violations else _message(refusal), violations)
    if isinstance(refusal, Invalid):
        faults = (fault for fault in refusal.violations if isinstance(fault, Fault))
        answer.warn([warning for fault in faults for warning in fault.warnings])
    match refusal:
        case errors.TooMany(retry_after=retry_after, rate_per_minute=rate):
            free_at = time_ns() // 1000 + retry_after * 1_000_000
            answer.headers["retry-after"] = str(retry_after)
            answer.headers["x-ratelimit-limit"] = str(rate)
            answer.headers["x-ratelimit-remaining"] = "0"
            answer.headers["x-ratelimit-reset"] = str(free_at)
        case errors.Pushback(retry_after=retry_after):
            answer.headers["retry-after"] = str(retry_after)
        case errors.TooLarge():
            answer.end_connection()  # what the caller still sends will not be read
        case _:
            pass
    return answer


def broken(request: Request, bug: Exception) -> Answer:
    """The answer when something is wrong with us; logs the bug, once, without what was sent."""
    request_id = request.scope["state"]["request_id"]
    log.error("request.broken", dialect=NAME, request_id=request_id, exc_info=bug)
    return envelope(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error.")


def not_served() -> Answer:
    """The answer of a path that nothing is at."""
    return envelope(HTTPStatus.NOT_FOUND, "The requested resource was not found.")


def wrong_method(allowed: str) -> Answer:
    """The answer of a path that does not know the method."""
    answer = envelope(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed.")
    answer.headers["allow"] = allowed
    return answer


def envelope(status: HTTPStatus, message: str, violations: list[dict[str, Any]] | None = None) -> Answer:
    """The one shape of an error."""
    error: dict[str, Any] = {"code": status.value, "message": message}
    if violations:
        error["constraintViolations"] = violations
    return Answer({"error": error}, status)


def _message(refusal: Refusal) -> str:
    match refusal:
        case errors.Unauthenticated(doubt=Doubt.MISSING):
            return "Missing authorization parameter."
        case errors.Unauthenticated():
            return "Token Authentication failed"
        case errors.Forbidden(right=scope):
            return f"Token is missing required scope. Use one of: {scope}"
        case errors.NotFound(noun=noun, name=name):
            return f"No {noun} with id {name} was found."
        case errors.TooLarge(limit=limit):
            return f"The request body is larger than {limit} bytes."
        case errors.TooMany():
            return "Too many requests."
        case errors.Unavailable():
            return "The service is temporarily unavailable."
        case _:
            return str(refusal)


def _violations(request: Request, refusal: Invalid) -> list[dict[str, Any]]:
    """Every fault that has a path; what concerns the whole is the message."""
    if not any(violation.path for violation in refusal.violations):
        return []
    place = Place.QUERY if request.method in _BODILESS else Place.BODY
    times = _CORE_TIMES_V2 if "/api/v2/" in request.scope["path"] else _CORE_TIMES
    return [_shown(violation, place, times) for violation in refusal.violations]


def _shown(violation: Violation, place: Place, times: Mapping[str, str]) -> dict[str, Any]:
    is_ours = isinstance(violation, Fault)
    return {
        "path": violation.path if is_ours else times.get(violation.path, violation.path),
        "message": violation.message,
        "parameterLocation": violation.place if is_ours else place,
        "location": None,
    }
