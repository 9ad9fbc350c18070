"""The composition root: what the settings say becomes one application in one event loop."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from starlette.types import ASGIApp

from whence import background
from whence.access import Access
from whence.alerts import Alerts
from whence.amend import Amend
from whence.catalog import Catalog
from whence.causes import Causes
from whence.correlate.problems import Rules
from whence.deliver import Deliver
from whence.dialects import Context, Dialect, GrpcServices, discover, option_faults
from whence.documents import Documents
from whence.domain.errors import Unavailable
from whence.edge import Edge, own_contexts
from whence.embedded import Embedded
from whence.follow import Follow
from whence.grouping import Grouping
from whence.ingest import Ingest
from whence.maintenance import Calendar
from whence.pages import BUILT, Pages
from whence.problems import Problems
from whence.registry import Registry
from whence.routing import Routing
from whence.settings import Settings, SettingsError
from whence.signals import Signals
from whence.store import access as tokens
from whence.store import entities, feed, migrate
from whence.store.notify import Ear
from whence.store.pool import Address, Pool
from whence.tickets import Tickets
from whence.timeline import Timeline
from whence.webhooks import Webhooks

_SLOTS: Final = 32_768
_SUPERVISE_SECONDS: Final = 0.2

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that runs, put together; `first_token` is set once in the life of a database.

    `services` gives what is answered over gRPC, when it is told where `app` is reached if no setting says so.
    """

    pool: Pool
    context: Context
    app: ASGIApp
    services: Callable[[str], list[GrpcServices]]
    first_token: str | None


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
        alerts = Alerts(pool)
        causes = Causes(pool)
        grouping = Grouping(pool, rules=_rules(settings))
        ingest = Ingest(pool, retention=retention, queue_limit=settings.queue_limit, slot=slot)
        bootstrap = settings.bootstrap_token.get_secret_value() if settings.bootstrap_token else None
        first_token = await access.open_default(bootstrap)
        ear = Ear(pool)
        ear.hear(feed.CHANNEL, follow.heard, follow.missed)
        ear.hear(tokens.CHANGED, access.heard, access.listening)
        ear.hear(entities.CHANGED, catalog.heard, catalog.listening)

        async def ready() -> None:
            if await migrate.pending(pool):
                raise Unavailable("The schema is not up to date", retry_after=5)

        spoken = discover() if dialects is None else dialects
        context = Context(
            access=access,
            ingest=ingest,
            amend=Amend(pool, slot=slot),
            timeline=Timeline(pool),
            follow=follow,
            alerts=alerts,
            problems=Problems(pool),
            maintenance=Calendar(pool),
            causes=causes,
            catalog=catalog,
            registry=Registry(pool, changed=catalog.changed, most_bytes=settings.max_body_bytes),
            documents=Documents(pool, most_bytes=settings.max_body_bytes),
            webhooks=Webhooks(pool),
            deliver=Deliver(pool, ingest),
            routing=Routing(pool),
            tickets=Tickets(pool, slot=slot),
            signals=Signals(pool),
            ready=ready,
            max_body_bytes=settings.max_body_bytes,
            retention=retention,
            public_url=settings.public_url,
            serves_metrics=settings.metrics_port is None,
            check_options=partial(option_faults, spoken),
        )
        app = _edge(settings, context, spoken)
        await stack.enter_async_context(_task(ear.run()))
        going = background.run(pool, access, alerts, grouping, causes, catalog, retention=retention)
        await stack.enter_async_context(_task(going))
        await stack.enter_async_context(_task(ingest.run()))
        stack.push_async_callback(ingest.drain)
        stack.callback(follow.close)
        stack.callback(catalog.close)
        services = partial(_services, settings, context, spoken)
        yield House(pool=pool, context=context, app=app, services=services, first_token=first_token)


def _rules(settings: Settings) -> Rules:
    return Rules(
        gap=timedelta(seconds=settings.problem_gap_seconds),
        steps=settings.problem_steps,
        hub=settings.problem_hub,
        takes=timedelta(minutes=settings.problem_takes_minutes),
        reopens=timedelta(minutes=settings.problem_reopens_minutes),
        most=settings.problem_most_alerts,
        goes=timedelta(minutes=settings.termination_minutes),
        damps=settings.damping,
        often_a_day=settings.damping_a_day,
        long_a_day=timedelta(hours=settings.damping_hours_a_day),
        often_a_week=settings.damping_a_week,
        long_a_week=timedelta(hours=settings.damping_hours_a_week),
    )


def _edge(settings: Settings, context: Context, dialects: tuple[Dialect, ...]) -> Edge:
    """The root of the HTTP service.

    Raises:
        SettingsError: an option is for a dialect that is not here, or means nothing to its dialect.
    """
    names = [dialect.name for dialect in dialects]
    if strange := sorted(settings.dialects.keys() - set(names)):
        raise SettingsError(f"WHENCE_DIALECTS: there is no dialect {strange[0]}; there are {', '.join(names)}")
    try:
        return Edge(dialects, context, options=settings.dialects, hosts=settings.hosts(), pages=Pages.built(BUILT))
    except ValueError as exc:
        raise SettingsError(f"WHENCE_DIALECTS: {exc}") from exc


def _services(settings: Settings, context: Context, dialects: tuple[Dialect, ...], address: str) -> list[GrpcServices]:
    known = replace(context, public_url=context.public_url or address)
    contexts = own_contexts(dialects, known, settings.dialects)
    return [dialect.grpc(own) for dialect, own in zip(dialects, contexts, strict=True) if dialect.grpc is not None]


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
