"""An upgrade: the schema and the data of the release before, brought up by servers to which everybody sends already."""

import asyncio
from collections import Counter
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from tests.acceptance.load import Load, stored
from tests.acceptance.server import Server, directory
from whence.embedded import Embedded
from whence.store.migrate import migrations

_BEFORE: Final = 11  # the last migration of the release before this one
_OLD: Final = 50_000
_LEDGER: Final = """
    create table migration (
        number integer primary key, name text not null, digest text not null,
        applied_at timestamptz not null default now()
    )
"""
_RECORD: Final = "insert into migration (number, name, digest) values ($1, $2, $3)"
_ACCOUNT: Final = """
    insert into account (account_id, name, secret) values ('01a00000-0000-7000-8000-000000000001', 'default', '\\x00')
"""
_PARTITION: Final = "create table {table}_{start:%Y_%m} partition of {table} for values from ('{start}') to ('{end}')"
# As the release before wrote them: an event every minute, all of one service, each with its link and its counts.
_EVENTS: Final = """
    insert into event (
        account_id, event_id, occurred_at, received_at, updated_at, report_count, is_open, kind, severity, type, source,
        dialect, title, description, url, links, scope, services, search
    )
    select account_id, gen_random_uuid(), $1::timestamptz - n * interval '1 minute', now(), now(), 1, false, 'change',
        'info', 'old', 'ci', 'whence', 'event before ' || n, '', '', '[]', null, '{shop}', 'event before ' || n
    from account, generate_series(1, $2::integer) n
"""
_COUNTS: Final = """
    insert into event_count (account_id, hour, kind, severity, type, source, dialect, slot, events)
    select account_id, date_trunc('hour', occurred_at), kind, severity, type, source, dialect, 7, count(*)
    from event group by 1, 2, 3, 4, 5, 6, 7
"""
_PLACES: Final = """
    insert into event_place_count (account_id, hour, dimension, value, slot, events)
    select account_id, date_trunc('hour', occurred_at), 'service', 'shop', 7, count(*) from event group by 1, 2
"""


async def _leave_the_release_before(embedded: Embedded) -> None:
    now = datetime.now(UTC)
    db = await asyncpg.connect(**embedded.dsn, server_settings={"timezone": "UTC"})
    await db.execute(_LEDGER)
    for migration in migrations():
        if migration.number <= _BEFORE:
            await db.execute(migration.sql)
            await db.execute(_RECORD, migration.number, migration.name, migration.digest)
    months = {
        (now - timedelta(minutes=n)).replace(day=1, hour=0, minute=0, second=0, microsecond=0) for n in range(_OLD)
    }
    for start in sorted(months):
        end = (start + timedelta(days=32)).replace(day=1)
        for table in ("event", "event_link"):
            await db.execute(_PARTITION.format(table=table, start=start, end=end))
    await db.execute(_ACCOUNT)
    await db.execute(_EVENTS, now, _OLD)
    await db.execute(_COUNTS)
    await db.execute(_PLACES)
    await db.close()


@pytest.fixture
def bare() -> Generator[Path]:
    """A directory without a database."""
    with directory() as home:
        yield home


def test_the_data_of_the_release_before_under_load(bare: Path) -> None:
    """[IN1, RU6, TL6] Two servers start on it while all send: nothing is lost, old or new, and counts are right."""
    with Embedded.start(bare / "data") as embedded:
        asyncio.run(_leave_the_release_before(embedded))
    first, second = Server(bare, name="first"), Server(bare, name="second", WHENCE_GRPC_PORT="0")
    load = Load(first, senders=12)

    async def upgrade() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run())
            await asyncio.gather(asyncio.to_thread(first.start), asyncio.to_thread(second.start))
            await load.until(further=1_000)
            load.stop()

    try:
        asyncio.run(upgrade())
        found = stored(second, **{"from": _since()})
        facets = {server.url: _types(server) for server in (first, second)}
    finally:
        first.end()
        second.end()

    assert load.statuses[0] > 0  # who sent before a server was there came again
    assert not {title for title in load.answered if found[title] != 1}
    assert load.persistent <= load.answered
    old = Counter({title: times for title, times in found.items() if title.startswith("event before ")})
    assert (len(old), old.total()) == (_OLD, _OLD)
    for types in facets.values():
        assert types == {"old": _OLD, "load": found.total() - _OLD}


def _types(server: Server) -> dict[str, int]:
    """How many events of each type the counts know."""
    facets: dict[str, Any] = server.get("/v1/events/facets", **{"from": _since()})
    return {value["value"]: value["count"] for value in facets["facets"]["type"]}


def _since() -> str:
    """A time before the first of the old events."""
    return (datetime.now(UTC) - timedelta(days=60)).isoformat()
