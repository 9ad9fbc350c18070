"""What has had its time: spent idempotency keys, ended sessions, old feed entries and months. On one node at a time."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from whence.store import access, feed, forgetting, once, partitions, sessions
from whence.store.pool import Pool

_TURN: Final = "select pg_try_advisory_xact_lock(7726441) as mine"
_NOW: Final = "select least($1::timestamptz, now()) as now"


async def agreed(pool: Pool, now: datetime) -> datetime:
    """The earlier of two clocks, ours and the database's: what one that is years ahead drops does not come back."""
    async with pool.reader() as db:
        row = await db.row(_NOW, now)
    return now if row is None else row["now"]


async def turn(pool: Pool, *, now: datetime, retention: timedelta, feed_kept: timedelta) -> bool:
    """Tidy up once; False when another node was at it.

    Months are dropped that are older than any account keeps. The next month has its partitions.
    """
    async with pool.transaction() as db:
        row = await db.row(_TURN)
        if row is None or not row["mine"]:
            return False
        after = UUID(int=0)
        while batch := await access.accounts(db, after=after, limit=100):
            for account in batch:
                await once.expire(db, account.id, at=now)
                await sessions.expire(db, account.id, at=now)
                await feed.trim(db, account.id, at=now - feed_kept)
            after = batch[-1].id
    await forgetting.drop_months(pool, now=now, retention=retention)
    await partitions.Partitions().ensure(pool, [now, now + timedelta(days=31)])
    return True
