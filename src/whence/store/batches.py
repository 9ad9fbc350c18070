"""Rows that have to go, however many: a batch in each transaction, on one node at a time, with rests between.

Whoever is killed in the middle leaves what is left to the next turn, on whatever node.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Final, TypeAlias

from whence.domain.errors import Unavailable
from whence.store.pool import Pool, Writer

BATCH: Final = 5_000  # rows that one statement removes: a statement has a time limit
# Rows that are gone are still in the way of a scan of the table, while an index has them marked.
_TURN: Final = """
    select pg_try_advisory_xact_lock($1::bigint) as mine, set_config('enable_seqscan', 'off', true),
        set_config('enable_bitmapscan', 'off', true)
"""

# Joined by their places, of which each is one look: a list of places PostgreSQL may go through for every row, where it
# does not know yet how many rows there are. Measured: 3,500 ms for a batch, and 50 ms so.
REMOVE: Final = """
    with old as materialized (
        select ctid as place from {table} where account_id = $1 and {which} limit $2
    ), gone as (
        delete from {table} using old where account_id = $1 and {table}.ctid = old.place returning 1
    ) select count(*) as removed from gone
"""

Step: TypeAlias = Callable[[Writer], Awaitable[bool]]
"""Removes a batch at most; whether something may be left, so that it is to be called again."""


async def work(pool: Pool, lock: int, steps: Iterable[Step]) -> bool:
    """Every step has nothing left to do; False when another node has the lock, and so the work.

    After each batch others have the database for as long as that took.
    """
    waiting = list(steps)
    while waiting:
        began = perf_counter()
        try:
            async with pool.transaction() as db:
                row = await db.row(_TURN, lock)
                if row is None or not row["mine"]:
                    return False
                while waiting and not await waiting[0](db):
                    waiting.pop(0)
        except Unavailable as refusal:
            if not refusal.lost_race:
                raise
        await asyncio.sleep(perf_counter() - began)
    return True
