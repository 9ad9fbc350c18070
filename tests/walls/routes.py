"""What the dialects serve, asked of their applications."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import httpx
from starlette.routing import BaseRoute, Route

from tests.acceptance.server import Server
from whence.dialects import discover
from whence.server import house
from whence.settings import Settings

_SPARE: Final = "0199c7b2-61f4-7d20-8a0e-52f1c7a9b3d4"  # an id of nothing
_PARAMETER: Final = re.compile(r"\{(\w+)(:\w+)?\}")


def served(server: Server) -> Mapping[str, frozenset[tuple[str, str]]]:
    """Method and path of every route, by dialect; HEAD goes with GET."""
    paths = asyncio.run(_paths(server))
    return {name: frozenset(_with_methods(server, routes)) for name, routes in paths.items()}


def concrete(path: str) -> str:
    """The path with something for each parameter that is no thing's name."""
    return _PARAMETER.sub(_SPARE, path)


async def _paths(server: Server) -> dict[str, list[Route]]:
    settings = Settings.model_validate({"data_dir": server.data_dir})
    async with house(settings) as running:
        return {dialect.name: list(_flat(dialect.app(running.context).routes)) for dialect in discover()}


def _flat(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        inner: Any = getattr(route, "original_router", route)  # FastAPI's way to include a router
        if isinstance(route, Route):
            yield route
        else:
            yield from _flat(inner.routes)  # an AttributeError: teach this function the new kind of route


def _with_methods(server: Server, routes: Iterable[Route]) -> Iterator[tuple[str, str]]:
    with server.client() as client:  # with a token: there are dialects that tell nothing without
        for route in routes:
            methods = route.methods or _allowed(client.request("LOCK", concrete(route.path)))
            path = _PARAMETER.sub(r"{\1}", route.path)
            yield from ((method, path) for method in methods if method != "HEAD")


def _allowed(answer: httpx.Response) -> set[str]:
    return set(answer.headers["allow"].split(", "))
