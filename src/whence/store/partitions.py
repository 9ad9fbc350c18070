"""Events and their links live in monthly partitions, made before the first row that needs one.

What lies far ahead waits in a partition for all later months, and moves when its month comes: a sender who may name
any time must not be able to make thousands of tables.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString, cast
from uuid import UUID

from whence.domain.retention import month_of
from whence.store.batches import BATCH
from whence.store.pool import Pool, Reader, Writer

DROPPED: Final = "whence_months"  # the channel on which processes hear that months are gone
AHEAD: Final = timedelta(days=62)  # this month and the next have partitions of their own; housekeeping sees to it
# In a transaction each: readers lock the two tables in whatever order, and would meet one who waits for the second with
# the first in hand. The one that tells which months stand goes last.
TABLES: Final = ("event_link", "event")
# The month of its name never comes, so nobody takes it for one that is to be dropped.
_LATER: Final = datetime(9999, 12, 1, tzinfo=UTC)
_LOCK: Final = "select pg_advisory_xact_lock(7726439)"
_KNOWN: Final = """
    select child.relname as name
    from pg_inherits join pg_class child on child.oid = inhrelid join pg_class parent on parent.oid = inhparent
    where parent.relname = 'event'
"""
_ANY: Final = """
    select occurred_at from {table} where account_id = $1 and occurred_at >= $2 and occurred_at <= $3 limit 1
"""
# Of one month: a ctid is that of one row only within a partition. See `store.batches.REMOVE`.
_THIN: Final = """
    with old as materialized (
        select ctid as place from {table} where account_id = $1 and occurred_at >= $2 and occurred_at <= $3 limit $4
    )
    delete from {table} using old
    where account_id = $1 and {table}.ctid = old.place and occurred_at >= $2 and occurred_at <= $3
"""
_STANDS: Final = "select to_regclass($1) is not null as stands"
_CREATE: Final = "create table if not exists {name} partition of {table} for values from ('{start}') to ('{end}')"
_CREATE_LATER: Final = "create table if not exists {name} partition of {table} default"
# A partition cannot be made for rows that the default one holds: they move to a table that is attached then.
_CREATE_BESIDE_LATER: Final = (
    "create table {name} (like {table} including all)",
    """
    with moved as (
        delete from {table}_9999_12 where occurred_at >= '{start}' and occurred_at < '{end}' returning *
    ) insert into {name} select * from moved
    """,
    "alter table {table} attach partition {name} for values from ('{start}') to ('{end}')",
)


_NOTIFY: Final = "select pg_notify('whence_months', '')"


class Partitions:
    """The months for which this process knows that partitions stand."""

    def __init__(self) -> None:
        self._standing: set[datetime] = set()

    async def ensure(self, pool: Pool, moments: Iterable[datetime]) -> None:
        """Every moment has its partitions after the call."""
        named = {(at.year, at.month) for at in moments}  # of each event, so in as few steps as may be
        months = {datetime(year, month, 1, tzinfo=UTC) for year, month in named}
        if months <= self._standing:
            return
        furthest = month_of(datetime.now(UTC) + AHEAD)
        wanted = {month if month <= furthest else _LATER for month in months}
        for month in sorted(wanted - self._standing):
            await _create(pool, month)
            self._standing.add(month)

    def forget(self) -> None:
        """Some month was dropped: its partitions are made again when a row needs them."""
        self._standing.clear()


async def standing(db: Reader) -> list[datetime]:
    """The months that have partitions, oldest first."""
    names = sorted(row["name"] for row in await db.rows(_KNOWN))
    return [datetime.strptime(name, "event_%Y_%m").replace(tzinfo=UTC) for name in names]


async def drop(pool: Pool, month: datetime) -> None:
    """Forget the events of the month, on every node. Waits for no reader longer than the lock's patience."""
    for table in TABLES:
        async with pool.transaction() as db:
            await db.execute("set local lock_timeout = '5s'")
            await db.execute(_LOCK)
            await db.execute(_statement("drop table if exists {name}", table, month))
            await db.execute(_NOTIFY)


async def thin(table: str, account: UUID, since: datetime, until: datetime, db: Writer) -> bool:
    """A batch of the account's rows in the months from `since` to `until` is gone; False when there was none."""
    row = await db.row(_statement(_ANY, table, since), account, since, until)
    if row is None:
        return False
    month = month_of(row["occurred_at"])
    await db.execute(_statement(_THIN, table, month), account, month, _end_of(month), BATCH)
    return True


async def _create(pool: Pool, month: datetime) -> None:
    for table in TABLES:
        async with pool.transaction() as db:
            await db.execute(_LOCK)
            if month == _LATER:
                await db.execute(_statement(_CREATE_LATER, table, month))
            elif not await _stands(db, table, _LATER):
                await db.execute(_statement(_CREATE, table, month))
            elif not await _stands(db, table, month):
                for step in _CREATE_BESIDE_LATER:
                    await db.execute(_statement(step, table, month))


async def _stands(db: Reader, table: str, month: datetime) -> bool:
    row = await db.row(_STANDS, f"{table}_{month:%Y_%m}")
    return row is not None and row["stands"]


def _statement(template: str, table: str, month: datetime) -> LiteralString:
    """Names are no parameters, and DDL takes none at all; what is filled in are two constants and two dates."""
    end = _end_of(month) + timedelta(microseconds=1) if month != _LATER else month
    name = f"{table}_{month:%Y_%m}"
    return cast(
        "LiteralString",
        template.format(name=name, table=table, start=month.isoformat(), end=end.isoformat()),
    )


def _end_of(month: datetime) -> datetime:
    """The last instant of the month, which the last one of all has as well."""
    last = monthrange(month.year, month.month)[1]
    return month.replace(day=last, hour=23, minute=59, second=59, microsecond=999_999)
