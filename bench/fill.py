"""Put a history into a database through the store's own code, by several processes at once.

An hour is one transaction, so its events, links and counts are there together or not at all, and a run that was
cut off goes on where it was. Live readers are not told: nobody listens.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC
from multiprocessing import get_context
from typing import Final
from uuid import UUID

import uvloop

from bench.history import History, Stretch
from whence.store import counts
from whence.store.partitions import Partitions
from whence.store.pool import Address, Pool, Reader, Writer
from whence.store.rows import EVENT_COLUMNS, LINK_COLUMNS, Item, Rows, row_id

PROCESSES: Final = 4  # for two cores: while some wait for PostgreSQL, others make events
_PARTS: Final = 100
_TOGETHER: Final = 1_000  # events that were received in one commit
_SLOT: Final = 0  # as if one server had taken them all
_STANDING: Final = f"""
    select distinct one.day + make_interval(hours => one.hour) as hour from event_day_count e, lateral (
        values {", ".join(f"(e.day, {name[1:]}, e.{name})" for name in counts.HOURS)}
    ) as one (day, hour, events) where e.account_id = $1 and one.events > 0
"""  # noqa: S608  the store's own columns


def fill(address: Address, account: UUID, missing: Sequence[Stretch], told: Callable[[int], object]) -> None:
    """Add the stretches; `told` is given the number of events of each part, once it is there."""
    each = max(1, len(missing) // _PARTS)
    parts = [missing[first : first + each] for first in range(0, len(missing), each)]
    spawning = get_context("spawn")  # a fork would inherit the lock on the embedded PostgreSQL
    with ProcessPoolExecutor(PROCESSES, mp_context=spawning) as workers:
        for done in as_completed(workers.submit(_work, address, account, part) for part in parts):
            told(done.result())


async def missing(db: Reader, account: UUID, history: History) -> list[Stretch]:
    """The stretches whose hours are not counted yet."""
    standing = {row["hour"].replace(tzinfo=UTC) for row in await db.rows(_STANDING, account)}
    return [stretch for stretch in history.stretches() if stretch.hour not in standing]


async def add(db: Writer, account: UUID, stretch: Stretch) -> None:
    """Write the rows, links and counts that ingest would have written."""
    reports = stretch.reports()
    tally = counts.Counts()
    for first in range(0, len(reports), _TOGETHER):
        together = reports[first : first + _TOGETHER]
        made = Rows(account, tally, at=together[-1].span.start)
        for report in together:
            made.add(Item(id=row_id(report.span.start), report=report))
        await db.copy("event", EVENT_COLUMNS, made.events)
        await db.copy("event_link", LINK_COLUMNS, made.links)
    await counts.add(db, account, tally, slot=_SLOT)


def _work(address: Address, account: UUID, part: Sequence[Stretch]) -> int:
    async def run() -> None:
        partitions = Partitions()
        async with Pool(address, query_seconds=3600) as pool:
            for stretch in part:
                await partitions.ensure(pool, [stretch.start])
                async with pool.transaction() as db:
                    await db.execute("set local synchronous_commit = off")  # cut off, it is filled again
                    await add(db, account, stretch)

    uvloop.run(run())
    return sum(stretch.events for stretch in part)
