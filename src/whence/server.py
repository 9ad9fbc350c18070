"""The composition root: what the settings say becomes one application in one event loop."""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from starlette.types import ASGIApp

from whence import background, counters, tracing
from whence.access import Access
from whence.accounts import Accounts
from whence.alerts import Alerts
from whence.alongside import alongside
from whence.amend import Amend
from whence.catalog import Catalog
from whence.causes import Causes
from whence.correlate.problems import Rules
from whence.deliver import Deliver
from whence.dialects import Context, Dialect, GrpcServices, discover, option_faults
from whence.documents import Documents
from whence.domain.errors import Conflict, Reason, Unavailable
from whence.edge import Edge, own_contexts
from whence.follow import Follow
from whence.grouping import Grouping
from whence.ingest import Ingest
from whence.maintenance import Calendar
from whence.pages import BUILT, Pages
from whence.postgres import located
from whence.problems import Problems
from whence.registry import Registry
from whence.routing import Routing
from whence.settings import Settings, SettingsError
from whence.signals import Signals
from whence.spans import NOWHERE, Spans
from whence.store import access as tokens
from whence.store import entities, feed, migrate, partitions, pulse
from whence.store.notify import Ear
from whence.store.pool import Address, Pool
from whence.telemetry import tell_build
from whence.tickets import Tickets
from whence.ties import Ties
from whence.timeline import Timeline
from whence.webhooks import Webhooks

_SLOTS: Final = 32_768


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that runs, put together; `first_token` is set once in the life of a database.

    `services` gives what is answered over gRPC, when it is told where `app` is reached if no setting says so.
    """

    pool: Pool
    context: Context
    app: ASGIApp
    services: Callable[[str], list[GrpcServices]]
    spans: Spans
    first_token: str | None


@asynccontextmanager
async def database(settings: Settings, *, at: Address | None = None, spans: Spans = NOWHERE) -> AsyncGenerator[Pool]:
    """The database of the settings, running, with its schema up to date; `at`: it runs already, and is there."""
    async with connected(settings, at=at, spans=spans) as pool:
        await migrate.upgrade(pool)
        yield pool


@asynccontextmanager
async def connected(settings: Settings, *, at: Address | None = None, spans: Spans = NOWHERE) -> AsyncGenerator[Pool]:
    """The database of the settings, running, with whatever schema it has; `at` as of `database`."""
    async with (
        located(settings) if at is None else nullcontext(at) as address,
        Pool(address, query_seconds=settings.query_timeout_seconds, answered=spans.statement) as pool,
    ):
        yield pool


@asynccontextmanager
async def house(
    settings: Settings, *, at: Address | None = None, dialects: tuple[Dialect, ...] | None = None
) -> AsyncGenerator[House]:
    """The service without its sockets: everything that works in the background works while the block runs.

    `at`: where its database is, when that runs already.
    """
    async with AsyncExitStack() as stack:
        spans = await stack.enter_async_context(_traced(settings))
        pool = await stack.enter_async_context(database(settings, at=at, spans=spans))
        tell_build()
        retention = timedelta(days=settings.retention_days)
        slot = secrets.randbelow(_SLOTS)
        access = Access(pool, rate_per_minute=settings.rate_per_minute)
        catalog = Catalog(pool)
        follow = Follow(pool)
        alerts = Alerts(pool)
        causes = Causes(pool)
        grouping = Grouping(pool, rules=_rules(settings))
        ingest = Ingest(pool, retention=retention, queue_limit=settings.queue_limit, slot=slot, spans=spans)
        first_token = await _opened(access, settings)
        ear = Ear(pool)
        ear.hear(feed.CHANNEL, follow.heard, follow.missed)
        ear.hear(tokens.CHANGED, access.heard, access.listening)
        ear.hear(entities.CHANGED, catalog.heard, catalog.listening)
        ear.hear(partitions.DROPPED, ingest.dropped, ingest.missed)

        async def ready() -> None:
            await pulse.ask(pool)
            if await migrate.pending(pool):
                raise Unavailable("The schema is not up to date", because=Reason.SCHEMA, retry_after=5)

        spoken = discover() if dialects is None else dialects
        context = Context(
            access=access,
            accounts=Accounts(pool, retention=retention, changed=access.heard),
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
            ties=Ties(pool),
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
            metrics=counters.told,
            check_options=partial(option_faults, spoken),
        )
        app = _edge(settings, context, spoken, spans)
        await stack.enter_async_context(alongside(ear.run()))
        going = background.run(pool, access, alerts, grouping, causes, catalog, retention=retention, spans=spans)
        await stack.enter_async_context(alongside(going))
        await stack.enter_async_context(alongside(ingest.run()))
        stack.push_async_callback(ingest.drain)
        stack.callback(follow.close)
        stack.callback(catalog.close)
        services = partial(_services, settings, context, spoken)
        yield House(pool=pool, context=context, app=app, services=services, spans=spans, first_token=first_token)


async def _opened(access: Access, settings: Settings) -> str | None:
    """Account `default` stands; its first token, when this was the first start.

    Raises:
        SettingsError: the admin's token is another one already.
    """
    bootstrap = settings.bootstrap_token.get_secret_value() if settings.bootstrap_token else None
    try:
        return await access.open_default(bootstrap)
    except Conflict as exc:
        known = "is known already, as a token that somebody made: revoke that one, or choose another"
        raise SettingsError(f"WHENCE_BOOTSTRAP_TOKEN: {known}") from exc


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


@asynccontextmanager
async def _traced(settings: Settings) -> AsyncGenerator[Spans]:
    """Where spans go.

    Raises:
        SettingsError: traces are switched on, and what makes them is not installed.
    """
    async with AsyncExitStack() as stack:
        try:
            spans = await stack.enter_async_context(tracing.spans(settings.traces))
        except tracing.TracingError as exc:
            raise SettingsError(f"WHENCE_TRACES: {exc}") from exc
        yield spans


def _edge(settings: Settings, context: Context, dialects: tuple[Dialect, ...], spans: Spans) -> Edge:
    """The root of the HTTP service.

    Raises:
        SettingsError: an option is for a dialect that is not here, or means nothing to its dialect.
    """
    names = [dialect.name for dialect in dialects]
    if strange := sorted(settings.dialects.keys() - set(names)):
        raise SettingsError(f"WHENCE_DIALECTS: there is no dialect {strange[0]}; there are {', '.join(names)}")
    try:
        hosts, pages = settings.hosts(), Pages.built(BUILT)
        return Edge(dialects, context, options=settings.dialects, hosts=hosts, pages=pages, spans=spans)
    except ValueError as exc:
        raise SettingsError(f"WHENCE_DIALECTS: {exc}") from exc


def _services(settings: Settings, context: Context, dialects: tuple[Dialect, ...], address: str) -> list[GrpcServices]:
    known = replace(context, public_url=context.public_url or address)
    contexts = own_contexts(dialects, known, settings.dialects)
    return [dialect.grpc(own) for dialect, own in zip(dialects, contexts, strict=True) if dialect.grpc is not None]
