"""What every call goes through around its own work: the key, the permission, the method, the body, the refusal.

Source: Cortex contract A2. What a request calls its content is never looked at: every GET says YAML and has none.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import HTTPConnection, Request

from whence.dialects import Context
from whence.dialects.cortex import errors
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.json_text import document
from whence.dialects.request import body
from whence.dialects.resource import Refusals, Resource
from whence.domain.access import Principal, Right

Endpoint = Callable[[Request], Awaitable[Answer]]
Routes = Mapping[tuple[str, str], Endpoint]  # by method and path: ("GET", "/api/v1/catalog/{tag_or_id}")

_SCHEME: Final = "bearer"
_OTHERS_KEY: Final = "x-api-key"  # what came with it is answered by whoever reads it


def refusals(context: Context) -> Refusals[Answer]:
    """How this dialect says no; who may not come in is not told which methods there are."""

    async def wrong_method(request: Request, allowed: str) -> Answer:
        await caller(context, request, None)
        return errors.wrong_method(request, allowed)

    return Refusals(refused=errors.refused, broken=errors.broken, wrong_method=wrong_method)


def resource(context: Context, **endpoints: Endpoint) -> Resource[Answer]:
    """What one path answers, by method."""
    return Resource(refusals(context), endpoints)


async def caller(context: Context, request: Request, right: Right | None) -> Principal:
    """Whose key it is; a good one may read, whatever its rights.

    Raises:
        Unauthenticated, Forbidden: it is no good key, or lacks the right.
        TooMany: it is used too often.
    """
    principal = await context.access.authenticate(_key(request))
    if right is not None:
        principal.require(right)
    return principal


def carries_key(connection: HTTPConnection) -> bool:
    """Whether a key is there, good or bad, as this dialect's clients send it; and none as others' do."""
    return _key(connection) is not None and _OTHERS_KEY not in connection.headers


async def json_object(context: Context, request: Request) -> tuple[dict[str, Any], str]:
    """The body as a JSON object, and its text as it came.

    Raises:
        TooLarge: before it is read to its end.
        Invalid: it is no JSON object.
    """
    raw = await body(request, context.max_body_bytes)
    return document(raw), raw.decode()


def _key(connection: HTTPConnection) -> str | None:
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == _SCHEME else None
