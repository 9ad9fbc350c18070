"""What every call goes through around its own work: the method, the key, the body, the refusal."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, cast
from urllib.parse import parse_qs
from uuid import UUID

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import errors, wire
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.fields import Model, Receipt, read
from whence.dialects.request import body, json_value, query_faults
from whence.dialects.resource import Refusals, Resource
from whence.domain.access import Principal, Right
from whence.domain.errors import Invalid, NotFound

Endpoint = Callable[[Request], Awaitable[Answer]]

KEY_HEADER: Final = "x-api-key"
_NO_QUERY: Final = wire.NoQuery()


def resource(**endpoints: Endpoint) -> Resource[Answer]:
    """What one path answers, by method."""
    return Resource(_REFUSALS, endpoints)


async def _wrong_method(request: Request, allowed: str) -> Answer:
    return errors.wrong_method(request, allowed)


_REFUSALS: Final = Refusals(refused=errors.refused, broken=errors.broken, wrong_method=_wrong_method)


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


def may_read_events(by: Principal) -> bool:
    """Whether the principal may know of events and problems; if not, no other call tells them anything of those."""
    return bool(by.rights & {Right.READ_EVENTS, Right.ADMIN})


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


def query(request: Request) -> wire.NoQuery:
    """The parameters, none of which the call knows."""
    text: bytes = request.scope["query_string"]
    return query_as(wire.NoQuery, text) if text else _NO_QUERY  # nearly always


def query_as(model: type[Model], text: bytes) -> Model:
    """The parameters of a query string in the model's shape.

    Raises:
        Invalid: with every violation, in the order of the model's fields; before these, with what is no UTF-8.
    """
    if faults := query_faults(text):
        raise Invalid(faults)
    return read(model, parse_qs(text.decode("latin-1"), keep_blank_values=True))


def receipt(context: Context, by: Principal, at: datetime) -> Receipt:
    """The receipt of a body that came in now."""
    return Receipt(at=at, time_fault=partial(context.ingest.time_fault, now=at, retention=by.retention))


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
