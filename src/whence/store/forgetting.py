"""What is older than its account keeps: the months that are everybody's go as tables, the rest row by row.

Whole months, of each account its own. An account is looked at when it keeps from another month on than when it was last
looked at; what is newer than that is not touched.
"""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import UUID

from whence.domain.retention import kept_from
from whence.store import alerts, partitions, problems, signals
from whence.store.batches import BATCH, REMOVE, Step, work
from whence.store.pool import Pool, Reader, Writer

if TYPE_CHECKING:
    import asyncpg

LOCK: Final = 7726442
_INSTANT: Final = timedelta(microseconds=1)  # the shortest stretch that PostgreSQL knows
_ACCOUNTS: Final = 100  # that are looked up at a time
_LONGEST: Final = """
    select greatest($1::integer, max(retention_days)) as days from account where deleted_at is null
"""
_DUE: Final = """
    select account_id, retention_days from account
    where account_id > $1 and deleted_at is null and forgotten_before is distinct from
        date_trunc('month', $2::timestamptz - make_interval(days => coalesce(retention_days, $3)), 'UTC')
    order by account_id limit $4
"""
# Unless it was told to keep something else meanwhile: then it is looked at again.
_DONE: Final = """
    update account set forgotten_before = $2
    where account_id = $1 and deleted_at is null and retention_days is not distinct from $3
"""
_COUNTS: Final[tuple[LiteralString, ...]] = (
    REMOVE.format(table="event_day_count", which="day < ($3::timestamptz at time zone 'UTC')::date"),
    REMOVE.format(table="event_place_day_count", which="day < ($3::timestamptz at time zone 'UTC')::date"),
    REMOVE.format(table="event_count", which="hour < $3"),  # of the release before
    REMOVE.format(table="event_place_count", which="hour < $3"),
)
# These have no index of times, which every report would pay for: they are walked through in the order of their keys.
_PAIRS: Final = """
    with walked as (
        select digest, event_id, occurred_at from event_pair
        where account_id = $1 and ($4::bytea is null or (digest, event_id) > ($4, $5))
        order by digest, event_id limit $3
    ), gone as (
        delete from event_pair using walked
        where account_id = $1 and event_pair.digest = walked.digest and event_pair.event_id = walked.event_id
        and walked.occurred_at < $2
    ) select digest, event_id from walked order by digest desc, event_id desc limit 1
"""
_SENDERS: Final = """
    with walked as (
        select source, sender_id, received_at from event_sender
        where account_id = $1 and ($4::text is null or (source, sender_id) > ($4, $5))
        order by source, sender_id limit $3
    ), gone as (
        delete from event_sender using walked
        where account_id = $1 and event_sender.source = walked.source and event_sender.sender_id = walked.sender_id
        and walked.received_at < $2
    ) select source, sender_id from walked order by source desc, sender_id desc limit 1
"""


async def drop_months(pool: Pool, *, now: datetime, retention: timedelta) -> None:
    """Months are gone that are older than any account keeps."""
    async with pool.reader() as db:
        oldest = await _oldest(db, now, retention)
        months = await partitions.standing(db)
    for month in months:
        if month < oldest:
            await partitions.drop(pool, month)


async def turn(pool: Pool, *, now: datetime, retention: timedelta) -> None:
    """Nothing is left of what its account does not keep; another node may be at it.

    Args:
        retention: what an account keeps that does not say.
    """
    async with pool.reader() as db:
        oldest = await _oldest(db, now, retention)
    async for account, days in _due(pool, now, retention):
        before = kept_from(now, retention if days is None else timedelta(days=days))
        if not await work(pool, LOCK, [*_steps(account, before, oldest), partial(_done, account, before, days)]):
            return


def _steps(account: UUID, before: datetime, oldest: datetime) -> list[Step]:
    """What makes the account forget. Months that are older than `oldest` go as tables."""
    return [
        *(partial(partitions.thin, table, account, oldest, before - _INSTANT) for table in partitions.TABLES),
        *(partial(_forget_counts, statement, account, before) for statement in _COUNTS),
        partial(signals.forget, account=account, before=before, limit=BATCH),
        partial(alerts.forget, account=account, before=before, limit=BATCH // 10),  # each has signals and a ticket
        partial(problems.forget, account=account, before=before, limit=BATCH),
        _Walk(_PAIRS, account, before),
        _Walk(_SENDERS, account, before),
    ]


async def _forget_counts(statement: LiteralString, account: UUID, before: datetime, db: Writer) -> bool:
    row = await db.row(statement, account, BATCH, before)
    return row is not None and row["removed"] > 0


class _Walk:
    """A step through the keys of a table, which goes on where it was."""

    def __init__(self, statement: LiteralString, account: UUID, before: datetime) -> None:
        self._statement: LiteralString = statement
        self._args = account, before, BATCH
        self._last: asyncpg.Record | tuple[None, None] = (None, None)

    async def __call__(self, db: Writer) -> bool:
        row = await db.row(self._statement, *self._args, *self._last)
        if row is None:
            return False
        self._last = row
        return True


async def _done(account: UUID, before: datetime, days: int | None, db: Writer) -> bool:
    await db.execute(_DONE, account, before, days)
    return False


async def _oldest(db: Reader, now: datetime, retention: timedelta) -> datetime:
    """The first instant that some account keeps."""
    row = await db.row(_LONGEST, retention.days)
    return kept_from(now, retention if row is None else timedelta(days=row["days"]))


async def _due(pool: Pool, now: datetime, retention: timedelta) -> AsyncGenerator[tuple[UUID, int | None]]:
    """The accounts that have something to forget, each with its own days."""
    after = UUID(int=0)
    while True:
        async with pool.reader() as db:
            found = await db.rows(_DUE, after, now, retention.days, _ACCOUNTS)
        for row in found:
            yield row["account_id"], row["retention_days"]
        if len(found) < _ACCOUNTS:
            return
        after = found[-1]["account_id"]
