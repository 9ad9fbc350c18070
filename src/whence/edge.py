"""Where requests come in: each gets an id, finds its dialect, is counted, and is answered whatever happens."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final
from urllib.parse import unquote

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whence import refusals
from whence.dialects import Context, Dialect, Endpoint
from whence.domain.errors import Reason, Unavailable
from whence.domain.identity import new_id
from whence.pages import Pages
from whence.refusals import NOBODY, Tally
from whence.spans import NOWHERE, Answering, Span, Spans

REQUESTS: Final = Histogram(
    "whence_request_seconds", "From a request's head to the head of its answer.", ["dialect", "status"]
)
BROKEN: Final = Counter("whence_requests_broken", "Requests over HTTP that were answered 500: by a bug.", ["dialect"])
_PAGES: Final = "web"  # among the dialects, where requests are counted
_PORT: Final = re.compile(rb":[0-9]+$")
_REFUSED: Final = 400
_BUG: Final = 500
# Whatever name they are asked by, which is an address of the moment: they say nothing but whether we are ready. As they
# were sent, since another spelling of them leads elsewhere.
_PROBES: Final = frozenset({b"/healthz", b"/readyz"})
_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
# What a status means when nobody noted why; a bug (500) is no refusal.
_STATUSES: Final[Mapping[object, Reason]] = {
    400: Reason.INVALID,
    401: Reason.UNAUTHENTICATED,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    405: Reason.METHOD,
    409: Reason.CONFLICT,
    413: Reason.TOO_LARGE,
    415: Reason.UNSUPPORTED,
    422: Reason.INVALID,
    429: Reason.RATE,
    501: Reason.UNSUPPORTED,
    503: Reason.BUSY,
    504: Reason.TIMEOUT,
}


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
        spans: what becomes a span of each request.
    """

    def __init__(
        self,
        dialects: Sequence[Dialect],
        context: Context,
        *,
        options: Mapping[str, Mapping[str, str]],
        hosts: Sequence[str],
        pages: Pages | None = None,
        spans: Spans = NOWHERE,
    ) -> None:
        self._dialects = dialects
        self._spans = spans
        self._turns = context.access.turns
        contexts = own_contexts(dialects, context, options)
        self._apps = [dialect.app(own) for dialect, own in zip(dialects, contexts, strict=True)]
        self._direct = {
            (method, path): (number, _called(endpoint), path)
            for number, dialect in enumerate(dialects)
            for (method, path), endpoint in dialect.direct(contexts[number]).items()
        }
        self._names = (*(dialect.name for dialect in dialects), _PAGES, NOBODY)
        self._nobody = len(dialects) + 1
        self._took: list[list[Callable[[float], None]]] = [
            [REQUESTS.labels(name, f"{hundreds}xx").observe for hundreds in range(6)] for name in self._names
        ]
        self._refused = [Tally(name, _STATUSES).answered for name in self._names]
        self._broke = [BROKEN.labels(name).inc for name in self._names]
        self._hosts = tuple(host.lower().encode() for host in hosts)
        self._native = next((n for n, dialect in enumerate(dialects) if dialect.name == "native"), 0)
        ours = dialects[self._native].refused  # of pages, and where nothing is, too
        self._left = (*(dialect.refused for dialect in dialects), ours, ours)
        self._pages = pages
        self._routes = _by_first_segment([app.router.routes for app in self._apps])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started = perf_counter()
        request_id = str(new_id(datetime.now(UTC)))
        scope.setdefault("state", {})["request_id"] = request_id
        refusals.begin()
        turn = self._turns.arrive()
        with self._spans.serving(scope["headers"]) as span:
            method = scope["method"]
            number, app, kind, scope = self._route(scope)
            took, refused, broke = self._took[number], self._refused[number], self._broke[number]
            if self._spans is not NOWHERE:
                _describe(span, self._names[number], method, kind, request_id)

            has_begun = False

            async def answer(message: Message) -> None:
                nonlocal has_begun
                if message["type"] == "http.response.start":
                    has_begun = True
                    turn.end()
                    status = message["status"]
                    message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                    took[status // 100](perf_counter() - started)
                    span.put("http.response.status_code", status)
                    if status >= _REFUSED:
                        _say_why(span, status, refused(status, scope["state"].get(refusals.CUT)))
                        if status == _BUG:
                            broke()
                await send(message)

            try:
                await app(scope, receive, answer)
            except asyncio.CancelledError:  # the server ends, and has waited for this one for as long as it does
                if not has_begun:
                    await self._leave(number, scope)(scope, receive, answer)
            finally:
                turn.end()

    def _leave(self, number: int, scope: Scope) -> Response:
        """What is answered for whom the server waits no longer."""
        stopping = Unavailable("Service unavailable", because=Reason.STOPPING, retry_after=1)
        refusals.note(stopping)
        response = self._left[number](Request(scope), stopping)
        response.headers["connection"] = "close"
        return response

    def _route(self, scope: Scope) -> tuple[int, ASGIApp, str, Scope]:
        """Who answers, with what, the kind of path, and the scope it is given.

        Who: a dialect by its number, behind them the pages, and at last nobody.
        """
        if not self._is_ours(scope):
            refusals.note_reason(Reason.HOST)
            return self._nobody, PlainTextResponse("Unknown host", HTTPStatus.BAD_REQUEST), "", scope
        if (direct := self._direct.get((scope["method"], scope["path"]))) is not None:
            return *direct, scope
        if b"%" in scope.get("raw_path", b""):
            # Dialects decode their own parameters, so that a tag may hold a slash: `a%2Fb` is one segment.
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        found = self._find(scope)
        if found is None and len(scope["path"]) > 1 and scope["path"].endswith("/"):
            # Never a redirect, which turns a client's POST into a GET: a trailing slash is as good as none.
            bare: Scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
            if (found := self._find(bare)) is not None:
                scope = bare
        if (found is None or scope["path"] == "/") and (page := self._page(scope)) is not None:
            return len(self._dialects), page, "", scope
        if found is not None:
            number, kind = found
            return number, self._apps[number], kind, scope
        if (owner := next(self._owners(scope), None)) is not None:
            return owner, self._apps[owner], "", scope
        return self._nobody, self._apps[self._native], "", scope

    def _is_ours(self, scope: Scope) -> bool:
        if not self._hosts:
            return True
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").lower()
        host = _PORT.sub(b"", host)
        return (
            host in self._hosts
            or any(name.startswith(b"*.") and host.endswith(name[1:]) for name in self._hosts)
            or scope.get("raw_path") in _PROBES
        )

    def _find(self, scope: Scope) -> tuple[int, str] | None:
        """The dialect with a route for the request, else the first with one for its path; and that route's pattern."""
        partial = None
        for number, route in self._routes.get(_first(scope["path"]), self._routes[""]):
            match, _ = route.matches(scope)
            if match is Match.FULL:
                return number, getattr(route, "path_format", "")
            if match is Match.PARTIAL and partial is None:
                partial = number, getattr(route, "path_format", "")
        return partial

    def _owners(self, scope: Scope) -> Iterator[int]:
        connection = HTTPConnection(scope)
        return (number for number, dialect in enumerate(self._dialects) if dialect.owns(connection))

    def _page(self, scope: Scope) -> Response | None:
        """What the web UI answers: nothing below a path that begins as one of a dialect's, whoever asks."""
        method, path = scope["method"], scope["path"]
        if self._pages is None or method not in {"GET", "HEAD"}:
            return None
        if path != "/" and (_first(path) in self._routes or next(self._owners(scope), None) is not None):
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

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401  the signature of what is overridden
        # A mapping's own looks by raising, which is dear: half of what is asked for is not there.
        return self._known.get(key.lower(), default)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.lower() in self._known


class _DirectRequest(Request):
    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self._indexed = _IndexedHeaders(scope)

    @property
    def headers(self) -> Headers:
        return self._indexed


def _describe(span: Answering, dialect: str, method: str, kind: str, request_id: str) -> None:
    """What is known of a request before it is answered."""
    method = method if method in _METHODS else "_OTHER"  # as OpenTelemetry calls what anybody may make up
    span.name(f"{dialect} {method} {kind}".rstrip())
    span.put("http.request.method", method)
    span.put("http.route", kind)
    span.put("whence.dialect", dialect)
    span.put("whence.request_id", request_id)


def _say_why(span: Span, status: int, reason: Reason | None) -> None:
    """Why the request is answered with this status: a fault of the caller fails no span of ours."""
    if reason is not None:
        span.put("whence.refused", reason.value)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        span.fail(str(status) if reason is None else reason.value)


def _first(path: str) -> str:
    """The first segment that says anything."""
    return unquote(path).lstrip("/").partition("/")[0]


def _by_first_segment(spoken: Sequence[Sequence[BaseRoute]]) -> dict[str, list[tuple[int, BaseRoute]]]:
    """The routes that may match a path, in their order, by its first segment; "" for one that begins as no route does.

    Each with the number of its dialect. To try every route of all dialects was a twelfth of a read.
    """
    routes = [(number, route, _first(getattr(route, "path", ""))) for number, own in enumerate(spoken) for route in own]
    firsts = {"", *(first for *_, first in routes)}
    return {
        asked: [(number, route) for number, route, first in routes if first in {asked, ""} or "{" in first]
        for asked in firsts
    }


def _called(endpoint: Endpoint) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        response = await endpoint(_DirectRequest(scope, receive))
        await response(scope, receive, send)

    return call
