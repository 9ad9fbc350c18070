"""What every call goes through around its own work: the method, the key, the body, the refusal."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from whence.dialects import Context
from whence.dialects.komodor import errors
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.fields import Receipt
from whence.dialects.request import body, json_value
from whence.domain.access import Principal, Right
from whence.domain.errors import Invalid, NotFound, Refusal

Endpoint = Callable[[Request], Awaitable[Answer]]

KEY_HEADER: Final = "x-api-key"


class Resource:
    """What one path answers, by method. An ASGI application: nothing stands between it and the server."""

    def __init__(self, **endpoints: Endpoint) -> None:
        self._endpoints: dict[str, Endpoint] = dict(endpoints)
        if "GET" in endpoints:
            self._endpoints["HEAD"] = endpoints["GET"]
        self._allowed = ", ".join(sorted(self._endpoints))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        request = Request(scope, receive)
        answer = await self.answer(request)
        await answer(scope, receive, send)

    async def answer(self, request: Request) -> Answer:
        """What the request is answered, whatever happens."""
        endpoint = self._endpoints.get(request.method)
        if endpoint is None:
            return errors.wrong_method(request, self._allowed)
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return errors.refused(request, refusal)
        except Exception as bug:  # noqa: BLE001  the outermost edge of a request
            return errors.broken(request, bug)


async def caller(context: Context, request: Request, right: Right | None) -> Principal:
    """Whose key it is.

    Raises:
        Unauthenticated, Forbidden: it is no good key, or lacks the right.
        TooMany: it is used too often.
    """
    principal = await context.access.authenticate(request.headers.get(KEY_HEADER))
    if right is not None:
        principal.require(right)
    return principal


async def json_body(context: Context, request: Request) -> tuple[dict[str, Any], bytes]:
    """The body as a JSON object, and as it came.

    Raises:
        TooLarge: before it is read to its end.
        Invalid: it is no JSON object.
    """
    raw = await body(request, context.max_body_bytes)
    return _object(json_value(raw)), raw


async def optional_json_body(context: Context, request: Request) -> dict[str, Any]:
    """As `json_body`; no body is an empty object."""
    raw = await body(request, context.max_body_bytes)
    return _object(json_value(raw)) if raw.strip() else {}


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid.at("", "must be a JSON object")
    return cast("dict[str, Any]", value)


def receipt(context: Context, at: datetime) -> Receipt:
    """The receipt of a body that came in now."""
    return Receipt(at=at, time_fault=partial(context.ingest.time_fault, now=at))


def base_url(context: Context, request: Request) -> str:
    """Where people reach the UI, no slash at the end."""
    return context.public_url or str(request.base_url).rstrip("/")


def path_id(request: Request) -> UUID:
    """The event id in the path.

    Raises:
        NotFound: it is no id at all.
    """
    text = request.path_params["event_id"]
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("event", text) from None
