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


SPEECH: Final[Mapping[str, Speech]] = {
    "native": Speech(
        header=lambda token: {"authorization": f"Bearer {token}".strip()}, unauthenticated=401, refuses=_native
    ),
    "komodor": Speech(header=lambda token: {"x-api-key": token}, unauthenticated=403, refuses=_komodor),
}
