"""The service on its sockets, from the first request that is taken to the last that is answered."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
import uvicorn
from prometheus_client import start_http_server

from whence.dialects import discover
from whence.rpc import RpcServer
from whence.server import House, house
from whence.settings import Settings

_GRACE_SECONDS: Final = 10  # for requests that are under way when the server is told to stop
_BACKLOG: Final = 2048
_PURPOSES: Final = {"port": "listen", "grpc_port": "serve gRPC", "metrics_port": "serve metrics"}
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

log = structlog.get_logger()


class ListenError(OSError):
    """The address to listen on cannot be had; the text says why. `setting`: the port's, by its name."""

    def __init__(self, message: str, *, setting: str) -> None:
        super().__init__(message)
        self.setting = setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the service is: HTTP as `http://host:port`, gRPC as `host:port`; None when nothing speaks it."""

    http: str
    grpc: str | None


async def serve(settings: Settings, *, started: Callable[[House, Addresses], Coroutine[None, None, None]]) -> None:
    """Serve until told to stop (SIGINT, SIGTERM); `started` gets the addresses once requests are taken.

    Told a second time, it waits no longer for requests that are under way.

    Raises:
        ListenError: the port is another's; nothing was started.
    """
    sockets = _listen(settings.host, settings.port, "port")
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
            async with _rpc(settings) as rpc, house(settings) as whole:
                addresses = Addresses(http=_url(sockets[0]), grpc=_spelled(settings.host, rpc.port) if rpc else None)
                server = _Server(whole, rpc)
                if rpc is not None:
                    await rpc.start(whole.services(addresses.http))
                    log.info("grpc.served", port=rpc.port)
                _settle_down()
                async with asyncio.TaskGroup() as group:
                    serving = group.create_task(server.serve(sockets))
                    opened = group.create_task(server.opened.wait())
                    await asyncio.wait({serving, opened}, return_when=asyncio.FIRST_COMPLETED)
                    opened.cancel()
                    if server.started:
                        await started(whole, addresses)
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
    """uvicorn, which says when it is open, ends live readers and those who wait first, and leaves signals to us.

    Calls that came by gRPC end with the requests.
    """

    def __init__(self, whole: House, rpc: RpcServer | None) -> None:
        self._rpc = rpc
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
        async with asyncio.TaskGroup() as group:
            if self._rpc is not None:
                group.create_task(self._rpc.stop(_GRACE_SECONDS))
            await super().shutdown(sockets)
            if self._rpc is not None and self.force_exit:
                await self._rpc.stop(0)


@asynccontextmanager
async def _rpc(settings: Settings) -> AsyncGenerator[RpcServer | None]:
    """While the block runs, the gRPC port is ours; None when no dialect has anything for it.

    Raises:
        ListenError: it cannot be had.
    """
    if not any(dialect.grpc for dialect in discover()):
        yield None
        return
    with _closing(_listen(settings.host, settings.grpc_port, "grpc_port")) as free:  # the library would not say why not
        hosts = [one.getsockname()[0] for one in free]
    try:
        rpc = RpcServer(hosts, settings.grpc_port)
    except OSError as exc:
        raise _not_had(settings.host, settings.grpc_port, exc, "grpc_port") from exc
    try:
        yield rpc
    finally:
        await rpc.stop(0)


def _listen(host: str, port: int, setting: str) -> list[socket.socket]:
    """A socket for each address of the host, all on one port; a family that this machine lacks is left out.

    Raises:
        ListenError: there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as exc:
        raise ListenError(f"{host} is no address to listen on: {exc.strerror}", setting=setting) from exc
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
                raise _not_had(host, port, exc, setting) from exc
            absent = exc
    if not sockets:
        raise _not_had(host, port, absent, setting) from absent
    return sockets


def _not_had(host: str, port: int, exc: OSError | None, setting: str) -> ListenError:
    what = _PURPOSES[setting]
    return ListenError(f"cannot {what} on {_spelled(host, port)}: {_reason(exc)}", setting=setting)


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


def _url(listening: socket.socket) -> str:
    """`http://host:port`, with the port that was bound."""
    return f"http://{_spelled(*listening.getsockname()[:2])}"


def _spelled(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


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
def _closing(sockets: list[socket.socket]) -> Generator[list[socket.socket]]:
    try:
        yield sockets
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
        raise _not_had(settings.host, settings.metrics_port, exc, "metrics_port") from exc
    log.info("metrics.served", port=serving.server_port)
    try:
        yield
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()
