"""Counts by the hour from before migration 0013, and those that a server of that release adds while it runs on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import pytest

from tests.acceptance.server import directory
from tests.builders import asked
from whence.domain.event import Severity, Span
from whence.server import connected
from whence.settings import Settings
from whence.store import migrate, summary
from whence.store.migrate import Migration, migrations
from whence.store.pool import Pool, Writer
from whence.store.summary import HOUR

_BY_DAY: Final = 13  # the number of the migration
_ACCOUNTS: Final = UUID(int=1), UUID(int=2)
_MIDNIGHT: Final = datetime(2026, 3, 4, tzinfo=UTC)
_WINDOWS: Final = [
    Span(start=_MIDNIGHT + first * HOUR, end=_MIDNIGHT + last * HOUR)
    for first, last in ((-24, 48), (-1, 1), (0, 24), (3, 30), (22, 23))
]
_CELL: Final = """
    insert into event_count (account_id, hour, kind, severity, type, source, dialect, slot, events)
    values ($1, $2, 'change', $3, 'deploy', 'ci', 'whence', $4, $5)
"""
_PLACE: Final = """
    insert into event_place_count (account_id, hour, dimension, value, slot, events)
    values ($1, $2, 'service', $3, $4, $5)
"""
_LEFT: Final = """
    select (select count(*) from event_count where account_id = $1)
        + (select count(*) from event_place_count where account_id = $1) as rows
"""

Counted = Mapping[tuple[datetime, Severity, str], int]


def before() -> Iterator[Migration]:
    """The migrations of the releases before."""
    return (migration for migration in migrations() if migration.number < _BY_DAY)


async def count(db: Writer, account: UUID, counted: Counted, *, slot: int) -> None:
    """Count events of a severity and a service in an hour, as the release before does."""
    for (hour, severity, service), events in counted.items():
        await db.execute(_CELL, account, hour, severity, slot, events)
        await db.execute(_PLACE, account, hour, service, slot, events)


async def answers(pool: Pool, account: UUID, window: Span) -> tuple[int, dict[str, int], dict[datetime, int]]:
    """The total, how the events split by service, and by the hour."""
    question = asked(window=window)
    async with pool.reader() as db:
        total = await summary.total(db, account, question)
        facets = await summary.facets(db, account, question)
        histogram = await summary.histogram(db, account, question, step=HOUR)
    by_hour: Counter[datetime] = Counter()
    for (hour, _), events in histogram.items():
        by_hour[hour] += events
    assert facets.total == total
    return total, dict(facets.by_dimension["service"].values), dict(by_hour)


def expected(counted: list[Counted], window: Span) -> tuple[int, dict[str, int], dict[datetime, int]]:
    """The same by hand."""
    by_service: Counter[str] = Counter()
    by_hour: Counter[datetime] = Counter()
    for one in counted:
        for (hour, _, service), events in one.items():
            if window.start <= hour < window.end:
                by_service[service] += events
                by_hour[hour] += events
    return by_hour.total(), dict(by_service), dict(by_hour)


async def test_what_was_counted_by_the_hour_is_counted_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """[TL6] What stood before the migration, and what is added or taken off after it, of each account its own."""
    stood: Counted = {
        (_MIDNIGHT + hour * HOUR, severity, service): 100 + hour
        for hour in (-24, -1, 0, 1, 12, 23, 24, 47)
        for severity, service in ((Severity.INFO, "shop"), (Severity.ERROR, "till"))
    }
    other: Counted = {(_MIDNIGHT, Severity.INFO, "shop"): 1}
    later: Counted = {
        (_MIDNIGHT, Severity.INFO, "shop"): -3,
        (_MIDNIGHT + 5 * HOUR, Severity.INFO, "shop"): 7,
        (_MIDNIGHT + 22 * HOUR, Severity.CRITICAL, "new"): 1,
    }
    with directory() as home:
        settings = Settings.model_validate({"data_dir": home / "data", "database_url": None})  # whatever others run on
        async with connected(settings) as pool:
            with monkeypatch.context() as patched:
                patched.setattr(migrate, "migrations", before)
                await migrate.upgrade(pool)
            async with pool.transaction() as db:
                for slot in (1, 2):  # two processes
                    await count(db, _ACCOUNTS[0], stood, slot=slot)
                await count(db, _ACCOUNTS[1], other, slot=1)

            await migrate.upgrade(pool)
            async with pool.reader() as db:
                left = await db.row(_LEFT, _ACCOUNTS[0])
            upgraded = [await answers(pool, _ACCOUNTS[0], window) for window in _WINDOWS]
            async with pool.transaction() as db:
                await count(db, _ACCOUNTS[0], later, slot=1)
            counted = [await answers(pool, _ACCOUNTS[0], window) for window in _WINDOWS]
            others = [await answers(pool, _ACCOUNTS[1], window) for window in _WINDOWS]

    assert left is not None
    assert left["rows"] == 0
    assert upgraded == [expected([stood, stood], window) for window in _WINDOWS]
    assert counted == [expected([stood, stood, later], window) for window in _WINDOWS]
    assert others == [expected([other], window) for window in _WINDOWS]
