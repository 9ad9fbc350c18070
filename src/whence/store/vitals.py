"""How the database is: its release and its clock, what it promises, what it allows, how full it is."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from whence.store.pool import Pool

_VITALS: Final = """
    select current_setting('server_version_num')::int as release, clock_timestamp() as at,
        pg_encoding_to_char(encoding) as encoding,
        current_setting('fsync') = 'on' as syncs, current_setting('full_page_writes') = 'on' as writes_full_pages,
        current_setting('synchronous_commit') <> 'off' as waits_for_disk,
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int as most_connections,
        current_setting('max_locks_per_transaction')::int as most_locks,
        has_schema_privilege('public', 'create') as may_create,
        coalesce((select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass('event')), true)
            as owns_tables,
        pg_database_size(datname) as size
    from pg_database where datname = current_database()
"""
_LEDGER: Final = "select to_regclass('migration') is not null as there"
_NEWEST: Final = "select max(number) as newest from migration"
_LATER: Final = "select to_regclass('event_9999_12') is not null as there"
_PAST: Final = "select exists (select from event_9999_12 where occurred_at < now() - interval '2 days') as stays"
_CHANNEL: Final = "whence_doctor"
_CALL: Final = f"select pg_notify('{_CHANNEL}', '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the database says of itself.

    `release`: as PostgreSQL numbers itself, 180001 for 18.1; `at`: what its clock says. `syncs`, `writes_full_pages`,
    `waits_for_disk`: all of which it needs to keep what it has committed. `most_connections`: of ordinary roles
    together. `may_create`: whether our role may make tables; `owns_tables`: whether those that are there are its, or
    those of a role that it is a member of. `size`: in bytes.
    """

    release: int
    at: datetime
    encoding: str
    syncs: bool
    writes_full_pages: bool
    waits_for_disk: bool
    most_connections: int
    most_locks: int
    may_create: bool
    owns_tables: bool
    size: int


async def vitals(pool: Pool) -> Vitals:
    """What the database says of itself now."""
    async with pool.reader() as db:
        row = await db.row(_VITALS)
    assert row is not None  # noqa: S101  the database that answers is there
    return Vitals(**row)


async def newest_migration(pool: Pool) -> int:
    """The number of the last migration that was applied, whoever's release that was; 0 when none was."""
    async with pool.reader() as db:
        ledger = await db.row(_LEDGER)
        newest = await db.row(_NEWEST) if ledger and ledger["there"] else None
    return newest["newest"] or 0 if newest else 0


async def keeps_the_past_apart(pool: Pool) -> bool:
    """Whether events that wait for their month have all been moved to it: else no retention drops them."""
    async with pool.reader() as db:
        later = await db.row(_LATER)
        past = await db.row(_PAST) if later and later["there"] else None
    return past is None or not past["stays"]


async def passes_notices_on(pool: Pool, *, seconds: float) -> bool:
    """Whether one connection hears within the time what another says."""
    heard = asyncio.Event()
    async with pool.listening({_CHANNEL: lambda _: heard.set()}, lambda: None):
        async with pool.transaction() as db:
            await db.execute(_CALL)
        try:
            async with asyncio.timeout(seconds):
                await heard.wait()
        except TimeoutError:
            return False
    return True
