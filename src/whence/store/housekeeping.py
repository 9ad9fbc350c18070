"""What has had its time: spent idempotency keys, ended sessions, old feed entries and months. On one node at a time."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from whence.store import access, alerts, feed, once, partitions, problems, sessions, signals
from whence.store.pool import Pool

_TURN: Final = "select pg_try_advisory_xact_lock(7726441) as mine"
_FORGET_COUNTS: Final = "delete from event_count where account_id = $1 and hour < $2"
_FORGET_PLACES: Final = "delete from event_place_count where account_id = $1 and hour < $2"
_FORGET_PAIRS: Final = "delete from event_pair where account_id = $1 and occurred_at < $2"
_FORGET_SENDERS: Final = "delete from event_sender where account_id = $1 and received_at < $2"


async def turn(pool: Pool, *, now: datetime, retention: timedelta, feed_kept: timedelta) -> bool:
    """Tidy up once; False when another node was at it.

    Months are dropped when all of their events are older than `retention`. The next month has its partitions.
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
    await _drop_old_months(pool, now - retention)
    await partitions.Partitions().ensure(pool, [now, now + timedelta(days=31)])
    return True


async def _drop_old_months(pool: Pool, oldest: datetime) -> None:
    async with pool.reader() as db:
        months = await partitions.standing(db)
    old = [month for month in months if month < partitions.month_of(oldest)]
    for month in old:
        await partitions.drop(pool, month)
    if not old:
        return
    kept_from = partitions.month_of(oldest)
    await _forget_signals(pool, kept_from)
    async with pool.transaction() as db:
        after = UUID(int=0)
        while batch := await access.accounts(db, after=after, limit=100):
            for account in batch:
                for forget in (_FORGET_COUNTS, _FORGET_PLACES, _FORGET_PAIRS, _FORGET_SENDERS):
                    await db.execute(forget, account.id, kept_from)
                await alerts.forget(db, account.id, before=kept_from)
                await problems.forget(db, account.id, before=kept_from)
            after = batch[-1].id


async def _forget_signals(pool: Pool, before: datetime) -> None:
    after = UUID(int=0)
    while True:
        async with pool.reader() as db:
            batch = await access.accounts(db, after=after, limit=100)
        if not batch:
            return
        for account in batch:
            await signals.forget(pool, account.id, before=before)
        after = batch[-1].id
