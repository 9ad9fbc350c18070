"""The service on its sockets, from the first request that is taken to the last that is answered."""

import asyncio
import gc
import logging
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

import structlog
import uvicorn
from prometheus_client import REGISTRY

from whence import counters
from whence.connections import IDLE_SECONDS, Connections, most_connections
from whence.dialects import discover
from whence.ending import GRACE_SECONDS, Told, told_by_signals
from whence.rpc import RpcServer
from whence.server import House, house
from whence.settings import Settings
from whence.sockets import BACKLOG, closing, listen, not_had, spelled, url
from whence.store.pool import Address

_NO_NEWS: Final = (
    "ASGI callable returned without completing response.",  # who leaves an answer unfinished says why
    "Invalid HTTP request received.",  # it is answered, and counted
    "Unsupported upgrade request.",  # it is answered as if nobody had asked for another protocol
    "No supported WebSocket library detected.",
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the service is: HTTP as `http://host:port`, gRPC as `host:port`; None when nothing speaks it."""

    http: str
    grpc: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a server has in common with others on its machine.

    `sockets`: its own, bound to everybody's port for HTTP. `grpc`: the IP addresses and the port where all speak it.
    """

    sockets: Sequence[socket.socket]
    grpc: tuple[Sequence[str], int]
    database: Address


async def serve(
    settings: Settings,
    *,
    started: Callable[[House, Addresses], Coroutine[None, None, None]],
    shared: Shared | None = None,
    told: Told = told_by_signals,
) -> None:
    """Serve until told to stop (SIGINT, SIGTERM); `started` gets the addresses once requests are taken.

    Told a second time, it waits no longer for requests that are under way.

    Args:
        shared: given to one of several servers, which serves no metrics on a port of their own: there is one.
        told: while its block runs, it calls what it is given when the server is to stop.

    Raises:
        ListenError: the port is another's; nothing was started.
    """
    sockets = listen(settings.host, settings.port, "port") if shared is None else list(shared.sockets)
    starting = asyncio.current_task()
    server: _Server | None = None
    is_told = False

    def stop() -> None:
        nonlocal is_told
        is_told = True
        if server is not None:
            server.stop()
        elif starting is not None:
            starting.cancel()

    metrics = counters.served(REGISTRY, settings.host, settings.metrics_port) if shared is None else nullcontext()
    with told(stop), closing(sockets), metrics:
        try:
            async with _opened(settings, shared) as (whole, rpc):
                addresses = Addresses(http=url(sockets[0]), grpc=spelled(settings.host, rpc.port) if rpc else None)
                server = _Server(whole, rpc)
                if rpc is not None:
                    await rpc.start(whole.services(addresses.http), spans=whole.spans)
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
            if not is_told:
                raise


@asynccontextmanager
async def _opened(settings: Settings, shared: Shared | None) -> AsyncGenerator[tuple[House, RpcServer | None]]:
    """The house, and its gRPC server; None when no dialect has anything for it.

    Who is alone has the port first, and starts nothing without it. One of several, to whom the port is certain, comes
    to it last: no caller shall be sent to one who cannot answer yet.

    Raises:
        ListenError: the port cannot be had.
    """
    if shared is None:
        async with _rpc(settings) as rpc, house(settings) as whole:
            yield whole, rpc
        return
    async with house(settings, at=shared.database) as whole, _shared_rpc(settings, shared) as rpc:
        yield whole, rpc


def _settle_down() -> None:
    """What stands by now stays: the collector need not look at it, nor at every 700th object of a large batch.

    Measured: preparing 1,000 events takes half the time (`python -m bench --only batch`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it is nothing that the log or the figures have already, or that strangers could fill a disk with."""
    return not record.getMessage().startswith(_NO_NEWS)


class _Server(uvicorn.Server):
    """uvicorn, which says when it is open, ends live readers and those who wait first, and leaves signals to us.

    Calls that came by gRPC end with the requests.
    """

    def __init__(self, whole: House, rpc: RpcServer | None) -> None:
        self._rpc = rpc
        self.opened = asyncio.Event()
        self._follow = whole.context.follow
        self._catalog = whole.context.catalog
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        super().__init__(
            uvicorn.Config(
                whole.app,
                loop="none",
                http=Connections(most=most_connections()).protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nobody here asks where a caller is; links follow `public_url`
                server_header=False,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
                backlog=BACKLOG,
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
                group.create_task(self._rpc.stop(GRACE_SECONDS))
            await super().shutdown(sockets)
            if self._rpc is not None and self.force_exit:
                await self._rpc.stop(0)


@asynccontextmanager
async def _rpc(settings: Settings) -> AsyncGenerator[RpcServer | None]:
    if not _speaks_grpc():
        yield None
        return
    with closing(listen(settings.host, settings.grpc_port, "grpc_port")) as free:  # the library would not say why not
        hosts = [one.getsockname()[0] for one in free]
    async with _answering(settings, hosts, settings.grpc_port, shares=False) as rpc:
        yield rpc


@asynccontextmanager
async def _shared_rpc(settings: Settings, shared: Shared) -> AsyncGenerator[RpcServer | None]:
    if not _speaks_grpc():
        yield None
        return
    async with _answering(settings, *shared.grpc, shares=True) as rpc:
        yield rpc


@asynccontextmanager
async def _answering(settings: Settings, hosts: Sequence[str], port: int, *, shares: bool) -> AsyncGenerator[RpcServer]:
    try:
        rpc = RpcServer(hosts, port, shares=shares)
    except OSError as exc:
        raise not_had(settings.host, port, exc, "grpc_port") from exc
    try:
        yield rpc
    finally:
        await rpc.stop(0)


def _speaks_grpc() -> bool:
    """Whether any dialect has something for the gRPC port."""
    return any(dialect.grpc for dialect in discover())
