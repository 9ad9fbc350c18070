"""Accounts that were deleted: nothing opens them any more, and their rows go, out of whatever tables there are."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from graphlib import TopologicalSorter
from typing import Final, LiteralString, cast
from uuid import UUID

import structlog

from whence.store import partitions
from whence.store.batches import BATCH, REMOVE, Step, work
from whence.store.pool import Pool, Writer

LOCK: Final = 7726443
_DELETED: Final = "select account_id from account where deleted_at is not null order by account_id"
# From the catalogue, so that no table can be forgotten. Whoever refers to others goes before them.
_OWNED: Final = """
    select r.relname as name, array(
        select p.relname from pg_constraint c join pg_class p on p.oid = c.confrelid
        where c.contype = 'f' and c.conrelid = r.oid and c.confrelid <> r.oid
    ) as parents
    from pg_class r join pg_attribute a on a.attrelid = r.oid and a.attname = 'account_id'
    where r.relkind in ('r', 'p') and not r.relispartition and pg_table_is_visible(r.oid)
"""
_HOLD: Final = "select from account where account_id = $1 for update"
_END: Final = "delete from account where account_id = $1"
# The head stays closed to the end: nobody adds to the account before it is gone.
_LAST: Final = frozenset({"account", "feed_head"})
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

log = structlog.get_logger()


async def turn(pool: Pool) -> None:
    """Nothing is left of the accounts that were deleted by now; another node may be at it."""
    async with pool.reader() as db:
        deleted = [row["account_id"] for row in await db.rows(_DELETED)]
        owned = {row["name"]: row["parents"] for row in await db.rows(_OWNED)} if deleted else {}
    order = [table for table in reversed([*TopologicalSorter(owned).static_order()]) if table not in _LAST]
    for account in deleted:
        steps = [_step(account, table) for table in order]
        if not await work(pool, LOCK, [*steps, partial(_end, account, steps)]):
            return
        log.info("account.removed", account=str(account))


def _step(account: UUID, table: str) -> Step:
    if table in partitions.TABLES:
        return partial(partitions.thin, table, account, _FIRST, _NEVER)
    name = cast("LiteralString", table)  # of the catalogue, never data
    return partial(_remove, REMOVE.format(table=name, which="true"), account)


async def _remove(statement: LiteralString, account: UUID, db: Writer) -> bool:
    row = await db.row(statement, account, BATCH)
    return row is not None and row["removed"] > 0


async def _end(account: UUID, steps: Iterable[Step], db: Writer) -> bool:
    """The account itself is gone. Whoever had begun to write for it has ended, so all is looked at once more."""
    await db.row(_HOLD, account)
    for step in steps:
        if await step(db):
            return True
    await db.execute(_END, account)
    return False
