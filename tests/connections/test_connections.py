"""Clients that take their time, send for nothing, do not read, or are too many: each costs little, and hears why."""

import asyncio
import gc
import resource
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from tests.operations.counted import refused_since
from tests.tenants import Tenant
from whence.connections import Connections, Patience, most_connections
from whence.domain.access import Right
from whence.server import House

_SOON: Final = 0.15
_STILL: Final = 1.0  # who is quick enough for that is so on a machine that stands still for a moment, too
_LONG: Final = 60.0
_POST: Final = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
_GET: Final = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whence.connections._LOOK_SECONDS", 0.01)


class _App:
    """Answers with the body, `/early` before it is there, `/much` for ever, `/slow` when it is told to.

    `/last` is early as well, and says that it is the last answer. `/later` begins to, and goes on when it is told to;
    `/broken` never goes on.
    """

    def __init__(self) -> None:
        self.told: list[str] = []
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["path"]:
            case "/early":
                await _answer(send, b"early")
            case "/last":
                self.told.append("last")
                await _answer(send, b"last", (b"connection", b"close"))
            case "/much":
                await self._much(send)
            case "/slow":
                await self.go.wait()
                await self._echo(receive, send)
            case "/later":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await self.go.wait()
                await send({"type": "http.response.body", "body": b"later"})
            case "/broken":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
                raise ZeroDivisionError
            case _:
                await self._echo(receive, send)

    async def _echo(self, receive: Receive, send: Send) -> None:
        body = b""
        message: Message = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            self.told.append(message["type"])
            body += message.get("body", b"")
        await _answer(send, body)

    async def _much(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(10_000):
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            self.told.append("sent")
        await send({"type": "http.response.body"})


async def _answer(send: Send, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    headers = ((b"content-length", b"%d" % len(body)), *headers)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class _Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def sent(self, data: bytes) -> None:
        """Send all of it before anything is read."""
        self._writer.transport.set_write_buffer_limits(0)
        self._writer.write(data)
        async with asyncio.timeout(_LONG):
            await self._writer.drain()

    async def answer(self) -> bytes:
        """The head and the body of an answer that says how long it is."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
        return head + await self._reader.readexactly(length)

    async def head(self) -> bytes:
        """The head of an answer."""
        return await self._reader.readuntil(b"\r\n\r\n")

    async def rest(self) -> bytes:
        """All that comes until the end."""
        async with asyncio.timeout(_LONG):
            return await self._reader.read(-1)

    async def refused(self) -> int | None:
        """The status that comes before the end; none when that came first, as it may for who is still sending."""
        try:
            return int((await self.rest())[9:12])
        except ConnectionError:
            return None

    @property
    def is_cut_off(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._writer.transport.is_closing()

    async def some(self, size: int) -> int:
        """How much there was to read; 0 at the end."""
        return len(await self._reader.read(size))

    async def drip(self, data: bytes) -> None:
        """Send it byte by byte, for as long as somebody takes it."""
        try:
            for n in range(len(data)):
                if self.is_cut_off:
                    return
                self._writer.write(data[n : n + 1])
                await asyncio.sleep(_SOON / 10)
        except ConnectionError:
            pass

    def close(self) -> None:
        self._writer.close()


class _Served:
    def __init__(self, app: _App, port: int) -> None:
        self.app = app
        self._port = port
        self._clients: list[_Client] = []

    async def connect(self, **options: Any) -> _Client:  # noqa: ANN401  asyncio's own
        client = _Client(*await asyncio.open_connection("127.0.0.1", self._port, **options))
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


@asynccontextmanager
async def serving(asked: ASGIApp | None = None, *, most: int = 100, **seconds: float) -> AsyncGenerator[_Served]:
    """A server whose clients may take a minute over anything but what is named; it asks that, or else `_App`."""
    app = _App()
    patience = Patience(**{"idle": _LONG, "head": _LONG, "body": _LONG, "reader": _LONG, "refused": _LONG, **seconds})
    http = Connections(most=most, patience=patience).protocol
    server = _Server(
        uvicorn.Config(asked or app, port=0, http=http, lifespan="off", log_config=None, timeout_keep_alive=60)
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.001)
    served = _Served(app, server.servers[0].sockets[0].getsockname()[1])
    try:
        yield served
    finally:
        app.go.set()
        served.close()
        server.should_exit = server.force_exit = True
        await running


class _Written(asyncio.Transport):
    """What is sent, packet by packet."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.done = asyncio.Event()
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if data:
            self.packets.append(bytes(data))
        if b"".join(self.packets).endswith(b"the end"):
            self.done.set()

    def close(self) -> None:
        self._closing = True
        self.done.set()

    def is_closing(self) -> bool:
        return self._closing

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def packets(request: bytes, *, go: bool = False) -> list[bytes]:
    """Those of the answer, which ends with `the end` or closes the connection. `go`: the app is told to go on."""
    app = _App()
    if go:
        app.go.set()
    config = uvicorn.Config(app, log_config=None)
    config.load()
    protocol = Connections(most=1)(config, ServerState(), {})
    transport = _Written()
    protocol.connection_made(transport)
    protocol.data_received(request)
    async with asyncio.timeout(_LONG):
        await transport.done.wait()
    await asyncio.sleep(0)
    protocol.connection_lost(None)
    return transport.packets


async def test_an_answer_is_one_packet() -> None:
    """Its head leaves with its body, which costs half as much as one behind the other."""
    (answer,) = await packets(_POST.replace(b": 5", b": 7") + b"the end")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == b"the end"


async def test_a_large_answer_is_not_copied_for_that() -> None:
    """The head goes before it."""
    large = b"x" * 100_000 + b"the end"

    head, body = await packets(_POST.replace(b": 5", b": %d" % len(large)) + large)

    assert head.endswith(b"\r\n\r\n")
    assert body == large


@pytest.mark.parametrize(
    ("method", "path", "body"), [(b"GET", b"/early", b"early"), (b"HEAD", b"/early", b""), (b"GET", b"/", b"")]
)
async def test_what_has_no_body_is_a_head(method: bytes, path: bytes, body: bytes) -> None:
    """The answer to HEAD, and one that says nothing, is as long as it was; and still one packet."""
    (answer,) = await packets(method + b" " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\nconnection: close\r\n\r\n" + body)


async def test_a_head_whose_body_never_comes_is_sent() -> None:
    """As it is when the two go by themselves; the end of the connection says the rest."""
    (head,) = await packets(_GET.replace(b" / ", b" /broken "))

    assert b"content-length: 9\r\n" in head


@pytest.mark.parametrize("request_line", [b"GET /early", b"HEAD /early", b"GET /", b"GET /later", b"GET /broken"])
async def test_nothing_is_left_of_an_answer_for_somebody_to_collect(request_line: bytes) -> None:
    """However it went: of a thousand a second the memory would be back only in a while, and all at once."""
    gc.collect()
    gc.disable()
    try:
        await packets(request_line + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", go=True)
        left = [one for one in gc.get_objects() if isinstance(one, RequestResponseCycle)]
    finally:
        gc.enable()

    assert [one for one in left if type(one.transport) is not _Written] == []


async def test_requests_that_come_together_begin_one_by_one() -> None:
    """In the order in which they came; between two of them the loop looks at what else there is."""
    rounds = 0
    begun: list[tuple[str, int]] = []
    all_begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tick() -> None:
        nonlocal rounds, ticking
        rounds += 1
        ticking = loop.call_soon(tick)

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        begun.append((scope["path"], rounds))
        if len(begun) == len(paths):
            all_begun.set()
        await _answer(send, b"the end")

    paths = [f"/{n}" for n in range(5)]
    config = uvicorn.Config(app, log_config=None)
    config.load()
    connections = Connections(most=len(paths))
    ticking = loop.call_soon(tick)
    protocols = [connections(config, ServerState(), {}) for _ in paths]
    try:
        for path, protocol in zip(paths, protocols, strict=True):
            protocol.connection_made(_Written())
            protocol.data_received(_GET.replace(b" / ", b" %s " % path.encode()))
        async with asyncio.timeout(_LONG):
            await all_begun.wait()
    finally:
        ticking.cancel()
        for protocol in protocols:
            protocol.connection_lost(None)

    first = begun[0][1]
    assert begun == [(path, first + n) for n, path in enumerate(paths)]


async def test_the_head_of_a_stream_waits_for_nothing() -> None:
    """Who follows knows at once that somebody is there."""
    async with serving() as served:
        client = await served.connect()
        client.send(_GET.replace(b" / ", b" /later "))

        assert (await client.head()).startswith(b"HTTP/1.1 200 ")

        served.app.go.set()
        assert await client.some(100)


async def test_who_asks_whether_to_go_on_is_told() -> None:
    """And sends the body then."""
    async with serving() as served:
        client = await served.connect()
        client.send(_POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))

        assert await client.head() == b"HTTP/1.1 100 Continue\r\n\r\n"

        client.send(b"12345")
        assert (await client.answer()).endswith(b"12345")


async def test_who_says_nothing_is_sent_away() -> None:
    """A connection without a request is closed, without a word; one that has had its answer is not."""
    async with serving(idle=_STILL) as served:
        silent, speaking = await served.connect(), await served.connect()
        speaking.send(_GET)
        first = await speaking.answer()

        assert await silent.rest() == b""

        speaking.send(_GET)
        assert (await speaking.answer()).startswith(b"HTTP/1.1 200 ")
        assert first.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        pytest.param(_GET[:-2], "slow", id="a head that does not come"),
        pytest.param(b"GET / HTTP/1.1\r\na: " + b"b" * 70_000 + b"\r\n\r\n", "too_large", id="one that is too long"),
        pytest.param(b"no HTTP\r\n\r\n", "invalid", id="what is no HTTP"),
        pytest.param(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "invalid", id="a target that is no path"),
        pytest.param(_POST + b"1234", None, id="a body, whose request is counted where it is answered"),
    ],
)
async def test_what_is_refused_before_it_is_a_request_is_counted(sent: bytes, reason: str | None) -> None:
    """[OP1] Once, of no dialect."""
    since = refused_since()
    async with serving(head=_LONG if reason == "too_large" else _SOON, body=_SOON) as served:
        client = await served.connect()
        client.send(sent)
        await client.rest()

    assert since() == ({("none", reason): 1} if reason else {})


@pytest.mark.parametrize(
    ("sent", "stays", "reason"),
    [
        pytest.param(b"Content-Length: 9\r\n\r\n{", True, "slow", id="its client takes too long"),
        pytest.param(b"Content-Length: 9\r\n\r\n{", False, "gone", id="its client leaves"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n1;" + b"e" * 600_000, True, "too_large", id="all marks"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nx\r\n", True, "invalid", id="no HTTP"),
        pytest.param(b"Content-Length: 1\r\n\r\n{", True, "invalid", id="it comes, and means nothing"),
    ],
)
@pytest.mark.parametrize(("dialect", "path"), [("native", b"/v1/events"), ("cloudforet", b"/monitoring/v1/event/list")])
async def test_a_body_that_does_not_come_is_counted_by_why(
    house: House,
    tenant: Tenant,
    dialect: str,
    path: bytes,
    sent: bytes,
    stays: bool,  # noqa: FBT001  a parameter of the test
    reason: str,
) -> None:
    """[OP1] Once, of its dialect: what somebody sends is not wrong because not all of it came."""
    key = (await tenant.key(Right.ADMIN)).encode()
    since = refused_since()
    async with serving(house.app, body=_SOON if reason == "slow" else _LONG) as served:
        client = await served.connect()
        client.send(b"POST %b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n%b" % (path, key, sent))
        if stays:
            await client.head()
        else:
            client.close()
        async with asyncio.timeout(_LONG):
            while not since():
                await asyncio.sleep(0.001)

    assert since() == {(dialect, reason): 1}


async def test_blank_lines_keep_nothing_open() -> None:
    """They are no request, however many come."""
    async with serving(idle=_STILL) as served:
        client = await served.connect()
        client.send(_GET)
        await client.answer()
        client.send(b"\r\n\r\n")

        assert await client.rest() == b""


@pytest.mark.parametrize("before", [b"", _GET], ids=["at first", "behind another request"])
async def test_a_head_must_come_in_time(before: bytes) -> None:
    """[OV4] From its first byte on, however steadily it drips."""
    async with serving(head=_SOON) as served:
        client = await served.connect()
        if before:
            client.send(before)
            await client.answer()
        dripping = asyncio.create_task(client.drip(_GET * 10))

        assert await client.refused() in {408, None}
        await dripping


async def test_a_body_must_come_in_time() -> None:
    """[OV4] Who waits for the rest of it is told that there is none."""
    async with serving(body=_SOON) as served:
        client = await served.connect()
        client.send(_POST + b"1234")

        assert (await client.rest()).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        while served.app.told[-1] != "http.disconnect":
            await asyncio.sleep(0.001)


async def test_a_body_that_nobody_reads_yet_is_not_late() -> None:
    """The time that the server takes is not the client's."""
    async with serving(body=_STILL) as served:
        client = await served.connect()
        size = 1024 * 1024
        client.send(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
        await asyncio.sleep(1.5 * _STILL)
        served.app.go.set()

        assert (await client.answer()).endswith(b"x" * size)


async def test_what_is_left_of_an_answered_request_is_not_waited_for() -> None:
    """An early answer is sent, and the connection is closed when the rest of the body does not come soon."""
    async with serving(refused=_SOON) as served:
        client = await served.connect()
        client.send(_POST.replace(b" / ", b" /early ") + b"1")

        assert (await client.rest()).endswith(b"early")


@pytest.mark.parametrize(
    "head",
    [
        b"POST /last HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
        b"POST /early HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n",
    ],
    ids=["the server wants it", "the client wants it"],
)
async def test_a_last_answer_reaches_who_sends_all_of_a_body_first(head: bytes) -> None:
    """What is still coming is taken, and for nothing: else its client hears of a broken connection, and not why."""
    size = 16 * 1024 * 1024
    async with serving() as served:
        client = await served.connect()
        await client.sent(head % size + b"x" * size)
        answer = await client.rest()

    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith((b"\r\n\r\nlast", b"\r\n\r\nearly"))


@pytest.mark.parametrize("path", [b"/last", b"/early"])
async def test_what_comes_behind_an_answer_is_not_taken_without_an_end(
    monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    """Whoever goes on and on is cut off, though in time, and though the connection was to stay open."""
    monkeypatch.setattr("whence.connections._MOST_REST", 1024 * 1024)
    size = 64 * 1024 * 1024
    async with serving() as served:
        client = await served.connect()
        with pytest.raises(ConnectionError):
            await client.sent(b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (path, size) + b"x" * size)


async def test_a_last_answer_is_the_last() -> None:
    """Of a request that comes in one packet with the end of what was answered, nothing is heard."""
    async with serving() as served:
        client = await served.connect()
        client.send(_POST.replace(b" / ", b" /last "))
        head = await client.answer()
        client.send(b"12345" + _POST.replace(b" / ", b" /last "))

        assert (head[-4:], await client.rest()) == (b"last", b"")
        assert served.app.told == ["last"]


async def test_what_is_left_of_a_last_request_is_not_waited_for() -> None:
    """Nor for long after an answer that said so."""
    async with serving(refused=_SOON) as served:
        client = await served.connect()
        client.send(_POST.replace(b" / ", b" /last ") + b"1")

        assert (await client.rest()).endswith(b"last")


@pytest.mark.parametrize("at_once", [True, False], ids=["in one piece", "in pieces"])
@pytest.mark.parametrize("part", ["path", "one header", "many headers"])
async def test_a_head_that_is_too_long_is_refused(part: str, *, at_once: bool) -> None:
    """[OV4] Over 64 KiB; in pieces it is noticed by twice as much."""
    size = 64 * 1024 if at_once else 512 * 1024
    path = b"/" + (b"a" * size if part == "path" else b"")
    headers = {"one header": b"a: %s\r\n" % (b"b" * size), "many headers": b"a: b\r\n" * (size // 2)}.get(part, b"")
    async with serving() as served:
        client = await served.connect()
        head = b"GET " + path + b" HTTP/1.1\r\n" + headers + b"\r\n"
        for start in range(0, len(head), len(head) if at_once else 10_000):
            if not client.is_cut_off:
                client.send(head[start : start + (len(head) if at_once else 10_000)])
            await asyncio.sleep(0)

        assert await client.refused() in {431, None}
        assert not served.app.told


async def test_a_long_head_is_read() -> None:
    """Nearly 64 KiB."""
    async with serving() as served:
        client = await served.connect()
        client.send(b"GET / HTTP/1.1\r\na: %s\r\n\r\n" % (b"b" * 65_000))

        assert (await client.answer()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "sent", [b"0\r\n" + b"a: b\r\n" * 100_000, b"1;" + b"e" * 600_000], ids=["trailers", "marks of chunks"]
)
async def test_what_is_no_body_does_not_go_on_for_ever(sent: bytes) -> None:
    """Between the bytes of a body, and behind them."""
    async with serving() as served:
        client = await served.connect()
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(sent)

        assert await client.refused() in {431, None}
        assert served.app.told == ["http.disconnect"]


async def test_small_chunks_are_read() -> None:
    """Each byte a chunk of its own: five sixths of what comes are marks."""
    async with serving() as served:
        client = await served.connect()
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n")

        assert (await client.answer()).endswith(b"x" * 100_000)


async def test_many_requests_on_one_connection_are_answered() -> None:
    """Sent all at once, they are answered one by one."""
    async with serving(head=_SOON, body=_SOON, refused=_SOON) as served:
        client = await served.connect()
        client.send((_POST + b"12345") * 5_000)

        for _ in range(5_000):
            assert (await client.answer()).endswith(b"12345")


async def test_beyond_the_room_there_is_is_503() -> None:
    """[OV5] With `Retry-After`; as soon as somebody leaves there is room again. It is counted."""
    since = refused_since()
    async with serving(most=2, refused=_STILL) as served:
        first, second = await served.connect(), await served.connect()
        for client in (first, second):
            client.send(_GET)
            await client.answer()

        third, silent = await served.connect(), await served.connect()
        third.send(_GET)
        said = await third.rest()
        assert await silent.rest() == b""
        assert since() == {("none", "busy"): 1}
        first.close()
        while True:
            again = await served.connect()
            again.send(_GET)
            if (await again.answer()).startswith(b"HTTP/1.1 200 "):
                break

        assert said.startswith(b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n")
        second.send(_GET)
        assert (await second.answer()).startswith(b"HTTP/1.1 200 ")


async def test_many_beyond_the_room_there_is_make_room_for_those_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """[OV5] Who says nothing keeps nobody from being told 503, nor more files than there are for such."""
    monkeypatch.setattr("whence.connections._TOLD", 2)
    async with serving(most=1, refused=_LONG) as served:
        first = await served.connect()
        first.send(_GET)
        await first.answer()

        silent = [await served.connect() for _ in range(5)]
        asks = await served.connect()
        asks.send(_GET)

        assert await asks.refused() == 503
        assert [await one.rest() for one in silent[:4]] == [b""] * 4
        silent[4].send(_GET)
        assert await silent[4].refused() == 503


async def test_who_does_not_read_is_cut_off() -> None:
    """[OV6] No more is made for it than a buffer holds, and after a while it is let go."""
    async with serving(reader=_STILL) as served:
        client = await served.connect(limit=1024)
        client.send(_GET.replace(b" / ", b" /much "))
        while not served.app.told:
            await asyncio.sleep(0.001)
        made = -1
        while made != (made := len(served.app.told)):
            await asyncio.sleep(_SOON / 2)

        assert made < 1000
        while len(served.app.told) < 10_000:  # none of which goes anywhere
            await asyncio.sleep(0.001)
        await client.refused()


async def test_who_reads_slowly_is_not_cut_off() -> None:
    """As long as some of it is taken each time: of one answer that is far more than all buffers on its way hold."""
    size = 48 * 1024 * 1024
    async with serving(reader=_STILL) as served:
        client = await served.connect(limit=64 * 1024)
        client.send(_POST.replace(b": 5", b": %d" % size) + b"x" * size)
        read = 0
        for _ in range(50):
            taken = await client.some(256 * 1024)
            assert taken
            read += taken
            await asyncio.sleep(_STILL / 20)

        assert read < size / 2
        while taken := await client.some(size):
            read += taken
            if read >= size:  # and its head
                break
        assert read >= size


def test_the_limit_of_files_is_raised_to_what_may_be() -> None:
    """So many connections that there are files for, and some left for all else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))

        most = most_connections()

        raised, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert most < raised
        assert raised >= min(hard, 20_000)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
