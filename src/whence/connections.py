"""What a connection may cost: how long its client may take over anything, how much it may send for nothing, how many.

And when its request begins beside those of others.

uvicorn bounds what is kept of a body and of an answer. It waits for ever for the rest of a request, for the first one,
and for a reader; it reads a head of any length; and it takes connections until there are no files left.
"""

import asyncio
import resource
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from math import inf
from typing import Any, Final, cast

import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from whence.domain.errors import Reason
from whence.refusals import CUT, NOBODY, count
from whence.sockets import most_grpc_connections

IDLE_SECONDS: Final = 75  # longer than the 60 of most proxies: who closes first must not be the one that is sent to
_MOST: Final = 20_000  # connections, where files are not the limit; a silent one costs some kibibytes
_OTHERS: Final = 512  # files that are left for all else but gRPC: the database, who is told that there is no room
_TOLD: Final = 128  # connections too many that wait to be told so; one more, and who has waited longest is cut off
_LONGEST_HEAD: Final = 64 * 1024  # bytes, of chunks' marks and trailers too
_MOST_REST: Final = 64 * 1024 * 1024  # bytes of a body that come behind its answer
_MARKS: Final = 8  # bytes that a byte of a body may cost to send: as a chunk of its own it costs six
_LOOK_SECONDS: Final = 1.0
_LEAST_READ: Final = 64 * 1024  # bytes of an answer that are taken each time it is looked after, or it is cut off
_SHORT: Final = 64 * 1024  # bytes of a body that are copied behind their head: a second packet costs more
_REASONS: Final[Mapping[HTTPStatus, Reason]] = {
    HTTPStatus.SERVICE_UNAVAILABLE: Reason.BUSY,
    HTTPStatus.REQUEST_TIMEOUT: Reason.SLOW,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: Reason.TOO_LARGE,
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds.

    `idle`: for the first byte. `head`: from there to the last one of the head. `body`: from there to its last one.
    `reader`: for an answer of which nothing is taken; one in which something is has as long again. `refused`: for
    the rest of a request that was answered before it was read, and for whoever there is no room for.
    """

    idle: float = IDLE_SECONDS
    head: float = 20
    body: float = 60
    reader: float = 60
    refused: float = 5


class Connections:
    """The connections of one server; uvicorn calls it for the protocol of each.

    Args:
        most: those beyond are told 503, if they ask before too many others come: they have files, too.
    """

    def __init__(self, *, most: int, patience: Patience | None = None) -> None:
        self.most = most
        self.patience = patience or Patience()
        self._all: set[_Connection] = set()
        self._too_many: dict[_Connection, None] = {}  # in the order in which they came
        self._looks = False
        self.beginning = _Beginning()

    def __call__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> asyncio.Protocol:
        """A new one."""
        return _Connection(self, config, server_state, app_state, _loop)

    @property
    def protocol(self) -> type[asyncio.Protocol]:
        """What `uvicorn.Config.http` takes: it is called, and nothing else."""
        return cast("type[asyncio.Protocol]", self)

    def add(self, one: "_Connection", loop: asyncio.AbstractEventLoop) -> bool:
        """Whether there is room for it; it is looked after in any case."""
        self._all.add(one)
        if not self._looks:
            self._looks = True
            loop.call_later(_LOOK_SECONDS, self._look, loop)
        if len(self._all) <= self.most:
            return True
        self._too_many[one] = None
        if len(self._too_many) > _TOLD:
            longest = next(iter(self._too_many))
            del self._too_many[longest]
            longest.transport.abort()
        return False

    def discard(self, one: "_Connection") -> None:
        """It is closed."""
        self._all.discard(one)
        self._too_many.pop(one, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once a second for all of them: a timer for each request would cost more than all of this."""
        now = loop.time()
        for one in list(self._all):
            one.look(now)
        self._looks = bool(self._all)
        if self._looks:
            loop.call_later(_LOOK_SECONDS, self._look, loop)


def most_connections() -> int:
    """How many this process may take: as many files as it may ever open, but for those that all else needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    others = _OTHERS + most_grpc_connections()
    wanted = _MOST + others if hard == resource.RLIM_INFINITY else min(hard, _MOST + others)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted - others, wanted // 2)


class _Beginning:
    """Requests that have come, of which one begins in a round of the event loop: a connection has one here at most.

    Between two of them the loop looks at what else there is, such as a commit's next statement (ADR 0025).
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._has_begun = False  # one, in this round

    def put(self, begin: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        """Begin at once when none has in this round, else behind those that came before."""
        if self._has_begun:
            self._waiting.append(begin)
        else:
            self._has_begun = True
            loop.call_soon(self._next, loop)
            begin()

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        self._has_begun = bool(self._waiting)
        if self._has_begun:
            loop.call_soon(self._next, loop)
            self._waiting.popleft()()


class _Connection(HttpToolsProtocol):
    def __init__(
        self,
        all_of_them: Connections,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._all = all_of_them
        self._patience = all_of_them.patience
        self._has_room = True
        self._is_coming = False  # a request, of which the end has not come
        self._is_body = False  # and whose head has
        self._is_last = False  # and whose answer says that it is the last one
        self._chunk = 0  # bytes that came last
        self._content = 0  # of which so many are of a body
        self._for_nothing = 0  # bytes of the request that came before, and are of no body
        self._rest = 0  # bytes of its body that came behind its answer
        self._until = inf
        self._read_until = inf
        self._unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._has_room = self._all.add(self, self.loop)
        self._wait(self._patience.idle if self._has_room else self._patience.refused)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.discard(self)
        self._cut(Reason.GONE)
        if self.cycle is not None:  # pyright: ignore[reportUnnecessaryComparison]  uvicorn's None before the first
            self.cycle.transport = self.transport  # as when it was answered
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._has_room:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, b"retry-after: 1\r\n")
            return
        self._chunk = len(data)
        self._content = 0
        super().data_received(data)
        if self._is_coming:
            self._for_nothing = max(0, self._for_nothing + self._chunk - _MARKS * self._content)
            if self._for_nothing > _LONGEST_HEAD + self._chunk and not self.transport.is_closing():
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._is_at_rest():
            self._wait(self._patience.idle)  # blank lines, which stop uvicorn's own clock

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_coming, self._is_body = True, False
        self._for_nothing = self._rest = 0
        self._wait(self._patience.head)

    def on_headers_complete(self) -> None:
        if (self._chunk > _LONGEST_HEAD or self._for_nothing) and self._head_bytes() > _LONGEST_HEAD:
            raise ValueError("the head is too long")  # what the parser makes of it comes to `send_400_response`
        self._wait(self._patience.body)
        super().on_headers_complete()
        self._is_body = True
        self.cycle.transport = cast("asyncio.Transport", _Head(self.cycle, self._end))

    def _end(self, cycle: RequestResponseCycle) -> None:
        """The last answer begins: if what it answers is still coming, the end waits for the rest of that.

        To close at once would be to reset: whoever sends all before he reads, as most do, would not learn why.
        """
        if self._is_coming and cycle is self.cycle:
            self._is_last = cycle.keep_alive = True

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401  uvicorn's own, private type
        if self._is_last:
            return
        self._all.beginning.put(partial(super()._start_asgi_task, cycle, app), self.loop)

    def on_body(self, body: bytes) -> None:
        self._content += len(body)
        super().on_body(body)
        if self.cycle.response_complete:
            self._rest += len(body)
            if self._rest > _MOST_REST:
                self.transport.close()

    def on_message_complete(self) -> None:
        self._is_coming = False
        self._until = inf
        super().on_message_complete()
        if self._is_last:
            self.cycle.keep_alive = False
            if self.cycle.response_complete:
                self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:
            self.cycle.body = bytearray()  # what came of a body that nobody asked for
            if self._is_body and self._is_coming:
                self._wait(self._patience.refused)

    def send_400_response(self, msg: str) -> None:
        if self._is_coming and not self._is_body and self._head_bytes() > _LONGEST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            if not self._cut(Reason.INVALID):
                count(NOBODY, [Reason.INVALID])
            super().send_400_response(msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.transport.get_write_buffer_size()
        self._read_until = self.loop.time() + self._patience.reader

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_until = inf

    def look(self, now: float) -> None:
        """Cut it off if its client has taken too long."""
        if self._read_until < inf:
            if now > self._read_until:
                self._look_at_reader(now)
        elif now > self._until:
            if self.transport.is_closing():  # and the last of an answer is not read
                self.transport.abort()
            elif self.flow.read_paused:  # it is us who do not read
                self._wait(self._patience.body)
            else:
                self._give_up()
        elif self._until == inf and self.transport.is_closing():
            self._wait(self._patience.reader)

    def _look_at_reader(self, now: float) -> None:
        left = self.transport.get_write_buffer_size()
        if left > self._unread - _LEAST_READ:
            self.transport.abort()
        else:
            self._unread, self._read_until = left, now + self._patience.reader

    def _give_up(self) -> None:
        if self._is_coming and not self._is_body and self._is_at_rest():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._is_coming and self._is_body and not self.pipeline and not self.cycle.response_started:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
            self.cycle.disconnected = True  # whoever waits for the body waits no more
            self.cycle.message_event.set()
        else:
            self.transport.close()
        self._wait(self._patience.refused)

    def _is_at_rest(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]  uvicorn's None before the first

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _wait(self, seconds: float) -> None:
        self._until = self.loop.time() + seconds

    def _cut(self, reason: Reason) -> bool:
        """Whether there is a request whose body will not come any more; it is counted where it ends, and knows why."""
        if self._is_coming and self._is_body:
            self.cycle.scope.setdefault("state", {}).setdefault(CUT, reason)
            return True
        return False

    def _refuse(self, status: HTTPStatus, headers: bytes = b"") -> None:
        """Say why, in no dialect's words as none is known, and close."""
        if not self._cut(_REASONS[status]):
            count(NOBODY, [_REASONS[status]])
        text = status.phrase.encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n%scontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
            % (status, text, headers, len(text), text)
        )
        self.transport.close()


class _Head:
    """Stands in for the transport until an answer's body begins, so that its head leaves with it: in one packet.

    That is where the length is known: the body comes at once then. Who streams may wait for what there is to say.

    Args:
        end: is told when the head says that the connection is closed behind this answer.
    """

    __slots__ = ("_cycle", "_end", "_held", "_transport")

    def __init__(self, cycle: RequestResponseCycle, end: Callable[[RequestResponseCycle], None]) -> None:
        self._cycle = cycle
        self._end = end
        self._transport = cycle.transport
        self._held = b""

    def write(self, some: bytes) -> None:
        """Hold a head; send all else, with the head that was held."""
        if not self._cycle.keep_alive and self._cycle.response_started and not self._held:
            self._end(self._cycle)
        if not self._held and self._cycle.expected_content_length and self._cycle.scope["method"] != "HEAD":
            self._held = some
        elif not self._cycle.response_started:  # it is told to go on, and has its answer later
            self._transport.write(some)
        elif len(some) > _SHORT:
            self._let_go()
            self._transport.write(some)
        else:
            self._stand_back()
            self._transport.write(self._held + some)

    def close(self) -> None:
        """The body never came."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        self._stand_back()
        if self._held:
            self._transport.write(self._held)

    def _stand_back(self) -> None:
        """Else this would lead to the cycle, and that to this, until somebody collects them."""
        self._cycle.transport = self._transport

    def is_closing(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._transport.is_closing()
