"""Where requests come in: each gets an id, finds its dialect, is counted, and is answered whatever happens."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from time import perf_counter
from typing import Final
from urllib.parse import unquote

from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whence.dialects import Context, Dialect, Endpoint
from whence.domain.identity import new_id
from whence.pages import Pages

REQUESTS: Final = Histogram(
    "whence_request_seconds", "From a request's head to the head of its answer.", ["dialect", "status"]
)
_PAGES: Final = "web"  # among the dialects, where requests are counted
_PORT: Final = re.compile(rb":[0-9]+$")


def own_contexts(
    dialects: Sequence[Dialect], context: Context, options: Mapping[str, Mapping[str, str]]
) -> list[Context]:
    """The context of each dialect, with the settings that are its own."""
    return [replace(context, options=options.get(dialect.name, {})) for dialect in dialects]


class Edge:
    """The root of the HTTP service.

    Args:
        options: the settings of each dialect, by its name.
        hosts: the `Host` names that are answered; empty for any, `*.` in front for subdomains.
        pages: the web UI, which answers where no dialect has anything; None when it was not built.
    """

    def __init__(
        self,
        dialects: Sequence[Dialect],
        context: Context,
        *,
        options: Mapping[str, Mapping[str, str]],
        hosts: Sequence[str],
        pages: Pages | None = None,
    ) -> None:
        self._dialects = dialects
        contexts = own_contexts(dialects, context, options)
        self._apps = [dialect.app(own) for dialect, own in zip(dialects, contexts, strict=True)]
        self._direct = {
            where: (number, _called(endpoint))
            for number, dialect in enumerate(dialects)
            for where, endpoint in dialect.direct(contexts[number]).items()
        }
        self._took: list[list[Callable[[float], None]]] = [
            [REQUESTS.labels(name, f"{hundreds}xx").observe for hundreds in range(6)]
            for name in (*(dialect.name for dialect in dialects), _PAGES)
        ]
        self._hosts = tuple(host.lower().encode() for host in hosts)
        self._native = next((n for n, dialect in enumerate(dialects) if dialect.name == "native"), 0)
        self._pages = pages
        self._taken = frozenset(_first(getattr(route, "path", "")) for app in self._apps for route in app.router.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started = perf_counter()
        request_id = str(new_id(datetime.now(UTC)))
        scope.setdefault("state", {})["request_id"] = request_id
        number, app, scope = self._route(scope)
        took = self._took[number]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                took[message["status"] // 100](perf_counter() - started)
            await send(message)

        await app(scope, receive, answer)

    def _route(self, scope: Scope) -> tuple[int, ASGIApp, Scope]:
        """Who answers (a dialect by its number, or the pages behind them), with what, and the scope it is given."""
        if not self._is_ours(scope):
            return self._native, PlainTextResponse("Unknown host", HTTPStatus.BAD_REQUEST), scope
        if (direct := self._direct.get((scope["method"], scope["path"]))) is not None:
            return *direct, scope
        if b"%" in scope.get("raw_path", b""):
            # Dialects decode their own parameters, so that a tag may hold a slash: `a%2Fb` is one segment.
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        number = self._find(scope)
        if number is None and len(scope["path"]) > 1 and scope["path"].endswith("/"):
            # Never a redirect, which turns a client's POST into a GET: a trailing slash is as good as none.
            bare: Scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
            if (number := self._find(bare)) is not None:
                scope = bare
        if (number is None or scope["path"] == "/") and (page := self._page(scope)) is not None:
            return len(self._dialects), page, scope
        if number is None:
            number = self._owner(scope)
        return number, self._apps[number], scope

    def _is_ours(self, scope: Scope) -> bool:
        if not self._hosts:
            return True
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").lower()
        host = _PORT.sub(b"", host)
        return host in self._hosts or any(name.startswith(b"*.") and host.endswith(name[1:]) for name in self._hosts)

    def _find(self, scope: Scope) -> int | None:
        """The dialect with a route for the request, else the first with one for its path."""
        partial = None
        for number, app in enumerate(self._apps):
            for route in app.router.routes:
                match, _ = route.matches(scope)
                if match is Match.FULL:
                    return number
                if match is Match.PARTIAL and partial is None:
                    partial = number
        return partial

    def _owner(self, scope: Scope) -> int:
        return next(self._owners(scope), self._native)

    def _owners(self, scope: Scope) -> Iterator[int]:
        connection = HTTPConnection(scope)
        return (number for number, dialect in enumerate(self._dialects) if dialect.owns(connection))

    def _page(self, scope: Scope) -> Response | None:
        """What the web UI answers: nothing below a path that begins as one of a dialect's, whoever asks."""
        method, path = scope["method"], scope["path"]
        if self._pages is None or method not in {"GET", "HEAD"}:
            return None
        if path != "/" and (_first(path) in self._taken or next(self._owners(scope), None) is not None):
            return None
        return self._pages.answer(path, Headers(scope=scope), head=method == "HEAD")


class _IndexedHeaders(Headers):
    """Headers in a mapping: a write asks for half a dozen, and Starlette's walk through the list for each."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(raw=scope["headers"])
        # The first of a name counts, as it does for Starlette.
        self._known = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}

    def __getitem__(self, key: str) -> str:
        return self._known[key.lower()]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.lower() in self._known


class _DirectRequest(Request):
    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self._indexed = _IndexedHeaders(scope)

    @property
    def headers(self) -> Headers:
        return self._indexed


def _first(path: str) -> str:
    """The first segment that says anything."""
    return unquote(path).lstrip("/").partition("/")[0]


def _called(endpoint: Endpoint) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        response = await endpoint(_DirectRequest(scope, receive))
        await response(scope, receive, send)

    return call
