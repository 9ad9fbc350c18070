"""The composition root: what the settings say becomes one application in one event loop."""

import asyncio
import errno
import gc
import secrets
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from whence import background
from whence.access import Access
from whence.amend import Amend
from whence.catalog import Catalog
from whence.dialects import Context, Dialect, discover
from whence.domain.errors import Unavailable
from whence.edge import Edge
from whence.embedded import Embedded
from whence.follow import Follow
from whence.ingest import Ingest
from whence.settings import Settings
from whence.store import access as tokens
from whence.store import entities, feed, migrate
from whence.store.notify import Ear
from whence.store.pool import Address, Pool
from whence.timeline import Timeline

_SLOTS: Final = 32_768
_GRACE_SECONDS: Final = 10  # for requests that are under way when the server is told to stop
_SUPERVISE_SECONDS: Final = 0.2
_BACKLOG: Final = 2048
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that runs, put together; `first_token` is set once in the life of a database."""

    pool: Pool
    context: Context
    app: ASGIApp
    first_token: str | None


class ListenError(OSError):
    """The address to listen on cannot be had; the text says why."""


@asynccontextmanager
async def database(settings: Settings) -> AsyncGenerator[Pool]:
    """The database of the settings, running, with its schema up to date."""
    async with connected(settings) as pool:
        await migrate.upgrade(pool)
        yield pool


@asynccontextmanager
async def connected(settings: Settings) -> AsyncGenerator[Pool]:
    """The database of the settings, running, with whatever schema it has."""
    async with AsyncExitStack() as stack:
        if settings.database_url is not None:
            address = Address(url=settings.database_url.get_secret_value())
        else:
            embedded = await _started(settings)
            stack.push_async_callback(asyncio.to_thread, embedded.stop)
            address = Address(host=embedded.host, port=embedded.port, user=embedded.user, database=embedded.database)
            await stack.enter_async_context(_task(_supervise(embedded)))
        pool = await stack.enter_async_context(Pool(address, query_seconds=settings.query_timeout_seconds))
        yield pool


@asynccontextmanager
async def house(settings: Settings, *, dialects: tuple[Dialect, ...] | None = None) -> AsyncGenerator[House]:
    """The service without its sockets: everything that works in the background works while the block runs."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(database(settings))
        retention = timedelta(days=settings.retention_days)
        slot = secrets.randbelow(_SLOTS)
        access = Access(pool, rate_per_minute=settings.rate_per_minute)
        catalog = Catalog(pool)
        follow = Follow(pool)
        ingest = Ingest(pool, retention=retention, queue_limit=settings.queue_limit, slot=slot)
        bootstrap = settings.bootstrap_token.get_secret_value() if settings.bootstrap_token else None
        first_token = await access.open_default(bootstrap)
        ear = Ear(pool)
        ear.hear(feed.CHANNEL, follow.heard, follow.missed)
        ear.hear(tokens.CHANGED, access.heard, access.principals.listening)
        ear.hear(entities.CHANGED, catalog.heard, catalog.census.listening)

        async def ready() -> None:
            if await migrate.pending(pool):
                raise Unavailable("The schema is not up to date", retry_after=5)

        context = Context(
            access=access,
            ingest=ingest,
            amend=Amend(pool, slot=slot),
            timeline=Timeline(pool),
            follow=follow,
            catalog=catalog,
            ready=ready,
            max_body_bytes=settings.max_body_bytes,
            retention=retention,
            public_url=settings.public_url,
            serves_metrics=settings.metrics_port is None,
        )
        app = Edge(dialects or discover(), context, options=settings.dialects, hosts=settings.hosts())
        await stack.enter_async_context(_task(ear.run()))
        await stack.enter_async_context(_task(background.run(pool, access, retention=retention)))
        await stack.enter_async_context(_task(ingest.run()))
        stack.push_async_callback(ingest.drain)
        stack.callback(follow.close)
        yield House(pool=pool, context=context, app=app, first_token=first_token)


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

    with _told_by_signals(stop), _closing(sockets):
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
    """uvicorn, which says when it is open, ends live readers first, and leaves signals to us."""

    def __init__(self, whole: House) -> None:
        self.opened = asyncio.Event()
        self._follow = whole.context.follow
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


async def _started(settings: Settings) -> Embedded:
    """The embedded PostgreSQL; told to stop meanwhile, it is stopped again and not left behind."""
    starting = asyncio.ensure_future(asyncio.to_thread(Embedded.start, settings.data_dir))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        embedded = await starting
        await asyncio.to_thread(embedded.stop)
        raise


async def _supervise(embedded: Embedded) -> None:
    """Start PostgreSQL again when something killed it."""
    while True:
        await asyncio.sleep(_SUPERVISE_SECONDS)
        if not embedded.is_alive():
            log.error("postgresql.gone", log=str(embedded.log_path))
            await asyncio.to_thread(embedded.ensure_running)


@asynccontextmanager
async def _task(coroutine: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """The coroutine runs while the block does; if it breaks, so does the block, with the same error."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(coroutine)
            yield
            task.cancel()
    except BaseExceptionGroup as exc:
        match exc.exceptions:
            case (alone,):
                raise alone from None
            case _:
                raise
