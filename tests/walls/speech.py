"""How each dialect hears a token, and how it says no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx


@dataclass(frozen=True, kw_only=True)
class Speech:
    """`unauthenticated`: the status of every fault of a token. `refuses`: whether an answer has the dialect's shape."""

    header: Callable[[str], dict[str, str]]
    unauthenticated: int
    refuses: Callable[[httpx.Response], bool]


def _error(answer: httpx.Response) -> dict[str, Any]:
    if answer.headers.get("content-type") != "application/json":
        return {}
    body: dict[str, Any] = answer.json()
    return body["error"] if body.keys() == {"error"} else {}


def _native(answer: httpx.Response) -> bool:
    error = _error(answer)
    return (
        error.keys() - {"violations"} == {"code", "message", "request_id"}
        and error["request_id"] == answer.headers["x-request-id"]
        and isinstance(error["code"], str)
        and bool(error["message"])
    )


def _komodor(answer: httpx.Response) -> bool:
    error = _error(answer)
    return (
        error.keys() - {"fieldErrors"} == {"code", "message", "requestID"}
        and error["requestID"] == answer.headers["x-request-id"]
        and error["code"] == answer.status_code
        and bool(error["message"])
    )


def _desk(answer: httpx.Response) -> bool:
    error = _error(answer)
    violations = error.get("constraintViolations", [])
    return (
        error.keys() - {"constraintViolations"} == {"code", "message"}
        and error["code"] == answer.status_code
        and bool(error["message"])
        and all(v.keys() == {"path", "message", "parameterLocation", "location"} for v in violations)
        and bool(violations) == (error["message"] == "Constraints violated.")
    )


def _cortex(answer: httpx.Response) -> bool:
    if answer.headers.get("content-type") != "application/json":
        return False
    error: dict[str, Any] = answer.json()
    return (
        error.keys() == {"type", "message", "details", "httpStatus", "requestId"}
        and error["requestId"] == answer.headers["x-request-id"]
        and error["httpStatus"] == answer.status_code
        and bool(error["type"] and error["message"] and error["details"])
    )


def _cloudforet(answer: httpx.Response) -> bool:
    if answer.headers.get("content-type") != "application/json":
        return False
    body: dict[str, Any] = answer.json()
    if body.keys() != {"detail"} or isinstance(body["detail"], str):
        return body in ({"detail": "Not Found"}, {"detail": "Method Not Allowed"})
    told: dict[str, str] = body["detail"]
    return told.keys() == {"code", "message"} and told["code"].startswith("ERROR_") and bool(told["message"])


SPEECH: Final[Mapping[str, Speech]] = {
    "cloudforet": Speech(
        header=lambda token: {"authorization": f"Bearer {token}".strip()}, unauthenticated=401, refuses=_cloudforet
    ),
    "cortex": Speech(
        header=lambda token: {"authorization": f"Bearer {token}".strip()}, unauthenticated=401, refuses=_cortex
    ),
    "native": Speech(
        header=lambda token: {"authorization": f"Bearer {token}".strip()}, unauthenticated=401, refuses=_native
    ),
    "desk": Speech(
        header=lambda token: {"authorization": f"Api-Token {token}".strip()}, unauthenticated=401, refuses=_desk
    ),
    "komodor": Speech(header=lambda token: {"x-api-key": token}, unauthenticated=403, refuses=_komodor),
}
