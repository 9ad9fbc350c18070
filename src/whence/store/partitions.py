"""Events and their links live in monthly partitions, made before the first row that needs one."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, LiteralString, cast

from whence.store.pool import Pool, Reader

_TABLES: Final = ("event", "event_link")
_LOCK: Final = "select pg_advisory_xact_lock(7726439)"
_KNOWN: Final = """
    select child.relname as name
    from pg_inherits join pg_class child on child.oid = inhrelid join pg_class parent on parent.oid = inhparent
    where parent.relname = 'event'
"""


class Partitions:
    """The months for which this process knows that partitions stand."""

    def __init__(self) -> None:
        self._standing: set[datetime] = set()

    async def ensure(self, pool: Pool, moments: Iterable[datetime]) -> None:
        """Every moment has its partitions after the call."""
        missing = {month_of(at) for at in moments} - self._standing
        for month in sorted(missing):
            await _create(pool, month)
            self._standing.add(month)


def month_of(at: datetime) -> datetime:
    """The first instant of the moment's month."""
    return datetime(at.year, at.month, 1, tzinfo=UTC)


async def standing(db: Reader) -> list[datetime]:
    """The months that have partitions, oldest first."""
    names = sorted(row["name"] for row in await db.rows(_KNOWN))
    return [datetime.strptime(name, "event_%Y_%m").replace(tzinfo=UTC) for name in names]


async def drop(pool: Pool, month: datetime) -> None:
    """Forget the events of the month. Waits for no reader longer than the lock's patience."""
    async with pool.transaction() as db:
        await db.execute("set local lock_timeout = '5s'")
        await db.execute(_LOCK)
        for statement in _statements("drop table if exists {name}", month):
            await db.execute(statement)


async def _create(pool: Pool, month: datetime) -> None:
    create = "create table if not exists {name} partition of {table} for values from ('{start}') to ('{end}')"
    async with pool.transaction() as db:
        await db.execute(_LOCK)
        for statement in _statements(create, month):
            await db.execute(statement)


def _statements(template: str, month: datetime) -> Iterator[LiteralString]:
    """DDL takes no parameters; what is filled in are two constants and two dates."""
    end = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    for table in _TABLES:
        name = f"{table}_{month:%Y_%m}"
        yield cast(
            "LiteralString",
            template.format(name=name, table=table, start=month.isoformat(), end=end.isoformat()),
        )
