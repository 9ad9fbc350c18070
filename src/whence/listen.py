"""The service on its sockets, from the first request that is taken to the last that is answered."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Final

import structlog
import uvicorn
from prometheus_client import start_http_server

from whence.server import House, house
from whence.settings import Settings

_GRACE_SECONDS: Final = 10  # for requests that are under way when the server is told to stop
_BACKLOG: Final = 2048
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

log = structlog.get_logger()


class ListenError(OSError):
    """The address to listen on cannot be had; the text says why."""


async def serve(settings: Settings, *, started: Callable[[House, str], Coroutine[None, None, None]]) -> None:
    """Serve until told to stop (SIGINT, SIGTERM); `started` gets the address once requests are taken.

    Told a second time, it waits no longer for requests that are under way.

    Raises:
        ListenError: the port is another's; nothing was started.
    """
    sockets = _listen(settings.host, settings.port)
    starting = asyncio.current_task()
    server: _Server | None = None
    told = False

    def stop() -> None:
        nonlocal told
        told = True
        if server is not None:
            server.stop()
        elif starting is not None:
            starting.cancel()

    with _told_by_signals(stop), _closing(sockets), _metrics(settings):
        try:
            async with house(settings) as whole:
                server = _Server(whole)
                _settle_down()
                async with asyncio.TaskGroup() as group:
                    serving = group.create_task(server.serve(sockets))
                    opened = group.create_task(server.opened.wait())
                    await asyncio.wait({serving, opened}, return_when=asyncio.FIRST_COMPLETED)
                    opened.cancel()
                    if server.started:
                        await started(whole, _address(sockets[0]))
        except asyncio.CancelledError:
            if not told:
                raise


def _settle_down() -> None:
    """What stands by now stays: the collector need not look at it, nor at every 700th object of a large batch.

    Measured: preparing 1,000 events takes half the time (`python -m bench --only batch`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class _Server(uvicorn.Server):
    """uvicorn, which says when it is open, ends live readers and those who wait first, and leaves signals to us."""

    def __init__(self, whole: House) -> None:
        self.opened = asyncio.Event()
        self._follow = whole.context.follow
        self._catalog = whole.context.catalog
        super().__init__(
            uvicorn.Config(
                whole.app,
                loop="none",
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nobody here asks where a caller is; links follow `public_url`
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                backlog=_BACKLOG,
            )
        )

    def stop(self) -> None:
        """Finish the requests that are under way; the second time, leave them."""
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Nothing: uvicorn would kill us by the signal again when it is done, before the house is closed."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.opened.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._follow.close()
        self._catalog.close()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of the host, all on one port; a family that this machine lacks is left out.

    Raises:
        ListenError: there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as exc:
        raise ListenError(f"{host} is no address to listen on: {exc.strerror}") from exc
    sockets: list[socket.socket] = []
    absent: OSError | None = None
    for family, *_, address in dict.fromkeys(found):
        if sockets:  # the port that the first was given, when any was asked for
            port = sockets[0].getsockname()[1]
        try:
            sockets.append(socket.create_server((address[0], port), family=family, backlog=_BACKLOG))
        except OSError as exc:
            if exc.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                for one in sockets:
                    one.close()
                raise ListenError(f"cannot listen on {host}:{port}: {_reason(exc)}") from exc
            absent = exc
    if not sockets:
        raise ListenError(f"cannot listen on {host}:{port}: {_reason(absent)}") from absent
    return sockets


def _reason(exc: OSError | None) -> str:
    match exc.errno if exc else None:
        case errno.EADDRINUSE:
            return "something else listens there"
        case errno.EACCES:
            return "this user may not take a port that low"
        case errno.EADDRNOTAVAIL:
            return "the address is not one of this machine"
        case _:
            return str(exc)


def _address(listening: socket.socket) -> str:
    """`http://host:port`, with the port that was bound."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _told_by_signals(stop: Callable[[], None]) -> Generator[None]:
    """While the block runs, SIGINT and SIGTERM call `stop`."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


@contextmanager
def _closing(sockets: list[socket.socket]) -> Generator[None]:
    try:
        yield
    finally:
        for one in sockets:
            one.close()


@contextmanager
def _metrics(settings: Settings) -> Generator[None]:
    """While the block runs, `/metrics` is on the port of its own that the settings give it, if any."""
    if settings.metrics_port is None:
        yield
        return
    try:
        serving, thread = start_http_server(settings.metrics_port, addr=settings.host)
    except OSError as exc:
        raise ListenError(f"cannot serve metrics on {settings.host}:{settings.metrics_port}: {_reason(exc)}") from exc
    log.info("metrics.served", port=serving.server_port)
    try:
        yield
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()
