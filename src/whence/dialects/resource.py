"""What one path of a dialect answers, by method, whatever happens; how it says no is the dialect's own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from whence.domain.errors import Refusal
from whence.refusals import note

R = TypeVar("R", bound=Response)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals(Generic[R]):
    """How a dialect answers what it does not do: a refusal, a bug of ours, a method that a path does not know."""

    refused: Callable[[Request, Refusal], R]
    broken: Callable[[Request, Exception], R]
    wrong_method: Callable[[Request, str], Awaitable[R]]


class Resource(Generic[R]):
    """An ASGI application for one path: nothing stands between it and the server.

    HEAD is GET without the body; of a GET that does what POST does there is none, since that one writes.
    """

    def __init__(self, refusals: Refusals[R], endpoints: Mapping[str, Callable[[Request], Awaitable[R]]]) -> None:
        self._refusals = refusals
        self._endpoints = dict(endpoints)
        if "GET" in endpoints and endpoints["GET"] != endpoints.get("POST"):
            self._endpoints["HEAD"] = endpoints["GET"]
        self._allowed = ", ".join(sorted(self._endpoints))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        request = Request(scope, receive)
        answer = await self.answer(request)
        await answer(scope, receive, send)

    async def answer(self, request: Request) -> R:
        """What the request is answered, whatever happens."""
        return await answered(request, self._endpoints.get(request.method) or self._wrong_method, self._refusals)

    async def _wrong_method(self, request: Request) -> R:
        return await self._refusals.wrong_method(request, self._allowed)


async def answered(request: Request, endpoint: Callable[[Request], Awaitable[R]], refusals: Refusals[R]) -> R:
    """What the endpoint answers, or why it does not."""
    try:
        return await endpoint(request)
    except Refusal as refusal:
        note(refusal)
        return refusals.refused(request, refusal)
    except Exception as bug:  # noqa: BLE001  the outermost edge of a request
        return refusals.broken(request, bug)
