"""The application of this dialect: which path is answered by what.

Each part has `routes(context, options)`, which gives its endpoints by method and bare path; a new part is one line in
`_PARTS`. Two parts may share a path. All of them are served below `/e/{environment}` as well: the token alone says
which account is meant.
"""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from whence.dialects import Context
from whence.dialects import Endpoint as Calls
from whence.dialects.desk import (
    about,
    custom_devices,
    entity_catalogue,
    entity_lists,
    errors,
    event_catalogue,
    gate,
    push,
    tags,
    v1_comments,
    v1_events,
    v1_problems,
    v2_comments,
    v2_entities,
    v2_events,
    v2_ingest,
    v2_problems,
)
from whence.dialects.desk.gate import Endpoint, Routes, resource
from whence.dialects.desk.options import Options

_PARTS: Final[tuple[Callable[[Context, Options], Routes], ...]] = (
    push.routes,
    v1_events.routes,
    v2_ingest.routes,  # before what would take its path for the id of an event
    v2_events.routes,
    event_catalogue.routes,
    v1_problems.routes,
    v1_comments.routes,
    v2_problems.routes,
    v2_comments.routes,
    about.routes,
    custom_devices.routes,
    entity_lists.routes,
    v2_entities.routes,
    entity_catalogue.routes,
    tags.routes,
)
_OTHERS_KEY: Final = "x-api-key"  # a credential that is not ours: what came with it is answered by whoever reads it


def app(context: Context) -> Starlette:
    """The endpoints.

    Raises:
        ValueError: an option of the dialect means nothing.
    """
    options = Options.read(context.options)
    by_path: dict[str, dict[str, Endpoint]] = {}
    for part in _PARTS:
        for (method, path), endpoint in part(context, options).items():
            by_path.setdefault(path, {})[method] = endpoint
    bare: list[BaseRoute] = [Route(path, resource(**endpoints)) for path, endpoints in by_path.items()]
    managed = Mount("/e/{environment}", app=_Managed(bare))
    desk = Starlette(routes=[*bare, managed], exception_handlers={HTTPException: _not_routed})
    desk.router.redirect_slashes = False  # a redirected POST becomes a GET in many a client
    return desk


def direct(context: Context) -> Mapping[tuple[str, str], Calls]:
    """The push of an event, which is called most."""
    endpoints = push.routes(context, Options.read(context.options))
    return {("POST", push.PATH): resource(POST=endpoints["POST", push.PATH]).answer}


def owns(connection: HTTPConnection) -> bool:
    """Whether a request that nothing serves is answered in this dialect's envelope."""
    path = connection.url.path
    if path.startswith("/e/"):
        return True
    if not path.startswith("/api/"):
        return False
    if gate.carries_token(connection.scope["query_string"], connection.headers.get("authorization", "")):
        return True
    return path.startswith(("/api/v1/", "/api/v2/")) and _OTHERS_KEY not in connection.headers


class _Managed:
    """The same paths below an environment's. Whatever is asked for there is ours, so the slash at the end is, too."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self._router = Router(routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router({**scope, "path": scope["path"].rstrip("/")}, receive, send)


async def _not_routed(_: Request, __: Exception) -> Response:
    return errors.not_served()
