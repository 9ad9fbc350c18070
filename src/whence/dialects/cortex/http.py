"""The application of this dialect: which path is answered by what.

Each part has `routes(context, options)`, which gives its endpoints by method and path; a new part is one line in
`_PARTS`. Two parts may share a path. Of two paths that a request matches the one with more words goes first.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from whence.dialects import Context
from whence.dialects.cortex import (
    catalog,
    catalog_list,
    custom_data,
    custom_events,
    definitions,
    dependencies,
    dependencies_bulk,
    deploys,
    descriptor_read,
    descriptors,
    documentation,
    errors,
    export,
    groups,
    relationship_ends,
    relationship_types,
    relationships,
)
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.gate import Endpoint, Routes, caller, carries_key, refusals, resource
from whence.dialects.cortex.options import Options
from whence.dialects.resource import answered

_PARTS: Final[tuple[Callable[[Context, Options], Routes], ...]] = (
    catalog.routes,
    catalog_list.routes,
    custom_data.routes,
    custom_events.routes,
    definitions.routes,
    dependencies.routes,
    dependencies_bulk.routes,
    deploys.routes,
    descriptor_read.routes,
    descriptors.routes,
    documentation.routes,
    export.routes,
    groups.routes,
    relationship_ends.routes,
    relationship_types.routes,
    relationships.routes,
)
_WHOLE: Final = frozenset({"/api/v1/catalog", "/api/v1/open-api", "/api/v1/custom-events"})
_BEGUN: Final = ("/api/v1/catalog/", "/api/v1/open-api/", "/api/v1/custom-events/", "/api/v1/relationship")
_SHARED: Final = "/api/v1/"  # below which other dialects have calls, too


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
    routes = [_Path(path, resource(context, **by_path[path])) for path in sorted(by_path, key=_words_first)]
    cortex = Starlette(routes=routes, exception_handlers={HTTPException: _not_routed(context)})
    cortex.router.redirect_slashes = False  # a redirected POST becomes a GET in many a client
    return cortex


def owns(connection: HTTPConnection) -> bool:
    """Whether a request that nothing serves is answered in this dialect's shape: by its path, else by its key."""
    path: str = connection.scope["path"]
    if path in _WHOLE or path.startswith(_BEGUN):
        return True
    return path.startswith(_SHARED) and carries_key(connection)


class _Path(Route):
    """A path that two slashes at the end are no part of: one is as good as none, and more are another path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope.get("raw_path", b"").endswith(b"//"):  # as it was sent: the house leaves off whatever is at the end
            return Match.NONE, {}
        return super().matches(scope)


def _words_first(path: str) -> list[bool]:
    return [segment.startswith("{") for segment in path.split("/")]


def _not_routed(context: Context) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def no_path(request: Request) -> Answer:
        await caller(context, request, None)  # who may not come in is not told what is not there
        return errors.no_path(request)

    async def answer(request: Request, _: Exception) -> Response:
        return await answered(request, no_path, refusals(context))

    return answer
