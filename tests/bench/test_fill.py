from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString

import pytest

from bench import fill
from bench.history import HOUR, History, last_end
from tests.tenants import MakeTenant, Tenant
from whence.store.rows import EVENT_COLUMNS, LINK_COLUMNS

UNTIL: Final = last_end(datetime.now(UTC))
HISTORY: Final = History(events=2_000, days=1, until=UNTIL)
_OWN: Final = {"account_id", "event_id", "received_at", "updated_at"}  # no two ways of writing agree on these


@pytest.fixture(scope="module")
async def twins(account: MakeTenant) -> tuple[Tenant, Tenant]:
    """An account that was filled, and one that was sent the same."""
    filled, sent = await account(), await account()
    for stretch in HISTORY.stretches():
        await sent.house.context.ingest.accept(sent.admin.account_id, stretch.reports())
        async with filled.house.pool.transaction() as db:
            await fill.add(db, filled.admin.account_id, stretch)
    return filled, sent


async def content(tenant: Tenant, sql: LiteralString) -> list[tuple[Any, ...]]:
    """The rows of the account, in an order that their ids have no part in."""
    async with tenant.house.pool.reader() as db:
        return sorted((tuple(row) for row in await db.rows(sql, tenant.admin.account_id)), key=repr)


async def columns(tenant: Tenant, table: LiteralString, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The same, without what is each account's own."""
    kept = [names.index(name) for name in names if name not in _OWN]
    rows = await content(tenant, f"select {', '.join(names)} from {table} where account_id = $1")  # noqa: S608  # pyright: ignore[reportArgumentType]  the store's own columns
    return sorted((tuple(row[n] for n in kept) for row in rows), key=repr)


async def test_the_events_are_those_that_ingest_would_have_written(twins: tuple[Tenant, Tenant]) -> None:
    filled, sent = [await columns(tenant, "event", EVENT_COLUMNS) for tenant in twins]

    assert len(filled) == HISTORY.events
    assert filled == sent


async def test_the_links_are_those_that_ingest_would_have_written(twins: tuple[Tenant, Tenant]) -> None:
    filled, sent = [await columns(tenant, "event_link", LINK_COLUMNS) for tenant in twins]

    assert len(filled) >= HISTORY.events
    assert filled == sent


@pytest.mark.parametrize(
    "sql",
    [
        "select to_jsonb(c) - '{account_id,slot}'::text[] from event_day_count c where account_id = $1",
        "select to_jsonb(c) - '{account_id,slot}'::text[] from event_place_day_count c where account_id = $1",
    ],
)
async def test_the_counts_are_those_that_ingest_would_have_written(
    twins: tuple[Tenant, Tenant], sql: LiteralString
) -> None:
    filled, sent = [await content(tenant, sql) for tenant in twins]

    assert filled
    assert filled == sent


async def test_nothing_is_missing_of_what_was_filled(twins: tuple[Tenant, Tenant]) -> None:
    filled, _ = twins

    async with filled.house.pool.reader() as db:
        assert await fill.missing(db, filled.admin.account_id, HISTORY) == []


def test_a_history_has_as_many_events_as_it_says_all_inside() -> None:
    history = History(events=10_000, days=3, until=UNTIL)

    stretches = list(history.stretches())

    assert sum(stretch.events for stretch in stretches) == history.events
    assert stretches[0].start == history.since
    assert stretches[-1].end == UNTIL
    assert len({stretch.hour for stretch in stretches}) == len(stretches) == 3 * 24 + 1


def test_a_history_is_the_same_each_time() -> None:
    first = next(HISTORY.stretches())

    assert first.reports() == first.reports()
    assert all(first.start <= report.span.start < first.end for report in first.reports())


def test_a_history_that_is_made_now_ends_within_the_last_hour() -> None:
    for minute in range(60):
        at = datetime(2026, 3, 1, 0, minute, tzinfo=UTC)

        assert at - HOUR < last_end(at) <= at
        assert last_end(at) - last_end(at - timedelta(hours=1)) == HOUR
