"""The composition root: what the settings say becomes one application in one event loop."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
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

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that runs, put together; `first_token` is set once in the life of a database."""

    pool: Pool
    context: Context
    app: ASGIApp
    first_token: str | None


@asynccontextmanager
async def database(settings: Settings) -> AsyncGenerator[Pool]:
    """The database of the settings, running, with its schema up to date."""
    async with AsyncExitStack() as stack:
        if settings.database_url is not None:
            address = Address(url=settings.database_url.get_secret_value())
        else:
            embedded = await asyncio.to_thread(Embedded.start, settings.data_dir)
            stack.push_async_callback(asyncio.to_thread, embedded.stop)
            address = Address(
                host=embedded.host, port=embedded.port, user=embedded.user, database=embedded.database
            )
            await stack.enter_async_context(_task(_supervise(embedded)))
        pool = await stack.enter_async_context(Pool(address, query_seconds=settings.query_timeout_seconds))
        await migrate.upgrade(pool)
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
    """Serve until told to stop (SIGINT, SIGTERM); `started` is called once requests are taken, with the address."""
    async with house(settings) as whole:
        server = _Server(whole, settings)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve())
            opened = group.create_task(server.opened.wait())
            await asyncio.wait({serving, opened}, return_when=asyncio.FIRST_COMPLETED)
            opened.cancel()
            if server.started:
                await started(whole, server.address)


class _Server(uvicorn.Server):
    """uvicorn, which says when it is open, and ends live readers first when it is to stop."""

    def __init__(self, whole: House, settings: Settings) -> None:
        self.opened = asyncio.Event()
        self._follow = whole.context.follow
        super().__init__(
            uvicorn.Config(
                whole.app,
                host=settings.host,
                port=settings.port,
                loop="none",
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                backlog=2048,
            )
        )

    @property
    def address(self) -> str:
        """`http://host:port`, with the port that was bound."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def startup(self, sockets: list[object] | None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await super().startup(sockets)  # pyright: ignore[reportArgumentType]
        self.opened.set()

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._follow.close()
        await super().shutdown(sockets)  # pyright: ignore[reportArgumentType]


async def _supervise(embedded: Embedded) -> None:
    """Start PostgreSQL again when something killed it."""
    while True:
        await asyncio.sleep(_SUPERVISE_SECONDS)
        if not embedded.is_alive():
            log.error("postgresql.gone", log=str(embedded.log_path))
            await asyncio.to_thread(embedded.ensure_running)


@asynccontextmanager
async def _task(coroutine: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """The coroutine runs while the block does; if it breaks, so does the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(coroutine)
        yield
        task.cancel()
