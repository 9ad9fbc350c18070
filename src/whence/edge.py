"""Where requests come in: each gets an id, finds its dialect, is counted, and is answered whatever happens."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Final

import structlog
from prometheus_client import Histogram
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from whence.dialects import Context, Dialect
from whence.domain.identity import new_id

REQUESTS: Final = Histogram(
    "whence_request_seconds", "From a request's head to the head of its answer.", ["dialect", "status"]
)
_MOST_REMEMBERED: Final = 512  # paths without parameters that are asked again and again
_HOST_PORT: Final = re.compile(r":\d+$")

log = structlog.get_logger()


class Edge:
    """The root of the HTTP service.

    Args:
        options: the settings of each dialect, by its name.
        hosts: the `Host` names that are answered; empty for any, `*.` in front for subdomains.
    """

    def __init__(
        self,
        dialects: Sequence[Dialect],
        context: Context,
        *,
        options: Mapping[str, Mapping[str, str]],
        hosts: Sequence[str],
    ) -> None:
        self._dialects = dialects
        self._apps = [d.app(replace(context, options=options.get(d.name, {}))) for d in dialects]
        self._hosts = tuple(host.lower() for host in hosts)
        self._known: dict[tuple[str, str], int] = {}
        self._native = next((n for n, dialect in enumerate(dialects) if dialect.name == "native"), 0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request_id = str(new_id(datetime.now(UTC)))
        scope.setdefault("state", {})["request_id"] = request_id
        if not self._is_ours(scope):
            await PlainTextResponse("Unknown host", 400, {"x-request-id": request_id})(scope, receive, send)
            return
        if b"%" in scope.get("raw_path", b""):
            # Dialects decode their own parameters, so that a tag may hold a slash: `a%2Fb` is one segment.
            scope["path"] = scope["raw_path"].decode("latin-1")
        number, scope = self._route(scope)
        started = perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                REQUESTS.labels(dialect=self._dialects[number].name, status=f"{status // 100}xx").observe(
                    perf_counter() - started
                )
            await send(message)

        await self._apps[number](scope, receive, answer)

    def _is_ours(self, scope: Scope) -> bool:
        if not self._hosts:
            return True
        host = _HOST_PORT.sub("", HTTPConnection(scope).headers.get("host", "")).lower()
        return any(
            host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in self._hosts
        )

    def _route(self, scope: Scope) -> tuple[int, Scope]:
        """The dialect that answers, and the scope that it is given."""
        key = scope["method"], scope["path"]
        if (known := self._known.get(key)) is not None:
            return known, scope
        number, full = self._find(scope)
        if number is None and len(scope["path"]) > 1 and scope["path"].endswith("/"):
            # Never a redirect, which turns a client's POST into a GET: a trailing slash is as good as none.
            bare: Scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
            number, full = self._find(bare)
            if number is not None:
                return number, bare
        if full and len(self._known) < _MOST_REMEMBERED and self._is_literal(number, scope):
            self._known[key] = number or 0
        return self._owner(scope) if number is None else number, scope

    def _find(self, scope: Scope) -> tuple[int | None, bool]:
        partial = None
        for number, app in enumerate(self._apps):
            for route in app.router.routes:
                match, _ = route.matches(scope)
                if match is Match.FULL:
                    return number, True
                if match is Match.PARTIAL and partial is None:
                    partial = number
        return partial, False

    def _is_literal(self, number: int | None, scope: Scope) -> bool:
        app: Starlette = self._apps[number or 0]
        return any(getattr(route, "path", None) == scope["path"] for route in app.router.routes)

    def _owner(self, scope: Scope) -> int:
        connection = HTTPConnection(scope)
        owners = (number for number, dialect in enumerate(self._dialects) if dialect.owns(connection))
        return next(owners, self._native)
