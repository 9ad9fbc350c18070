"""The answers over REST: a reply, or the one shape in which a call says why there is none."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

from grpc import StatusCode
from pydantic_core import to_json

from whence.dialects.answer import JsonAnswer
from whence.dialects.cloudforet.errors import Code, Fault
from whence.dialects.cloudforet.messages import render

_CLIENT_CLOSED_REQUEST: Final = 499  # a proxy's invention; the standard has no such status
STATUS: Final[Mapping[StatusCode, int]] = {
    StatusCode.OK: HTTPStatus.OK,
    StatusCode.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    StatusCode.FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
    StatusCode.OUT_OF_RANGE: HTTPStatus.BAD_REQUEST,
    StatusCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    StatusCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    StatusCode.ALREADY_EXISTS: HTTPStatus.CONFLICT,
    StatusCode.ABORTED: HTTPStatus.CONFLICT,
    StatusCode.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    StatusCode.CANCELLED: _CLIENT_CLOSED_REQUEST,
    StatusCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    StatusCode.UNKNOWN: HTTPStatus.INTERNAL_SERVER_ERROR,
    StatusCode.DATA_LOSS: HTTPStatus.INTERNAL_SERVER_ERROR,
    StatusCode.UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    StatusCode.DEADLINE_EXCEEDED: HTTPStatus.GATEWAY_TIMEOUT,
}
_MOST_EXACT: Final = 2.0**53
_INTEGRAL_DOUBLE: Final = re.compile(rb"\.0[,\]}]")


class Answer(JsonAnswer):
    """A JSON body."""


def replied(full_name: str, reply: Mapping[str, Any]) -> Answer:
    """The reply, which is that message. Whole numbers are written without a fraction."""
    shown = render(full_name, reply)
    raw = to_json(shown)
    return Answer(to_json(_without_fractions(shown)) if _INTEGRAL_DOUBLE.search(raw) else raw)


def failed(fault: Fault) -> Answer:
    """Why the call has no reply."""
    is_large = fault.code is Code.TOO_LARGE
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_large else STATUS[fault.status]
    answer = Answer({"detail": {"code": fault.name, "message": fault.message}}, cast("HTTPStatus", status))
    if fault.retry_after is not None:
        answer.headers["retry-after"] = str(fault.retry_after)
    if is_large:
        answer.headers["connection"] = "close"  # what the caller still sends will not be read
    return answer


def not_routed(status: HTTPStatus) -> Answer:
    """The answer of what is no call: `{"detail":"Not Found"}`."""
    return Answer({"detail": status.phrase}, status)


def _without_fractions(value: Any) -> Any:  # noqa: ANN401  JSON is anything
    match value:
        case float() if value.is_integer() and abs(value) < _MOST_EXACT:
            return int(value)
        case dict():
            return {key: _without_fractions(item) for key, item in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_without_fractions(item) for item in cast("list[Any]", value)]
        case _:
            return value
