"""Put a history into a database through the store's own code, by several processes at once.

An hour is one transaction, so its events, links and counts are there together or not at all, and a run that was
cut off goes on where it was. Live readers are not told: nobody listens.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from typing import Final
from uuid import UUID

import uvloop

from bench.history import History, Stretch
from whence.domain.identity import new_id
from whence.store import counts
from whence.store.append import EVENT_COLUMNS, LINK_COLUMNS, Item, rows
from whence.store.partitions import Partitions
from whence.store.pool import Address, Pool, Reader, Writer

PROCESSES: Final = 4  # for two cores: while some wait for PostgreSQL, others make events
_TOGETHER: Final = 1_000  # events that were received in one commit
_SLOT: Final = 0  # as if one server had taken them all
_STANDING: Final = "select distinct hour from event_count where account_id = $1"


def fill(address: Address, account: UUID, missing: Sequence[Stretch], told: Callable[[int], object]) -> None:
    """Add the stretches; `told` is given the number of events that each commit added.

    Raises:
        RuntimeError: a process broke; what it said is on stderr.
    """
    context = get_context("spawn")  # a fork would inherit the lock on the embedded PostgreSQL
    pipes: list[Pipe] = []
    workers = []
    for number in range(PROCESSES):
        mine = missing[number::PROCESSES]  # side by side in time, so that all write to the same end of an index
        if mine:
            pipe, theirs = context.Pipe(duplex=False)
            workers.append(context.Process(target=_work, args=(address, account, mine, theirs), daemon=True))
            workers[-1].start()
            theirs.close()
            pipes.append(pipe)
    while pipes:
        for pipe in wait(pipes):
            assert isinstance(pipe, Pipe)
            try:
                told(pipe.recv())
            except EOFError:
                pipes.remove(pipe)
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a process that fills the database broke")


async def missing(db: Reader, account: UUID, history: History) -> list[Stretch]:
    """The stretches whose hours are not counted yet."""
    standing: set[datetime] = {row["hour"] for row in await db.rows(_STANDING, account)}
    return [stretch for stretch in history.stretches() if stretch.hour not in standing]


async def add(db: Writer, account: UUID, stretch: Stretch) -> None:
    """Write the rows, links and counts that ingest would have written."""
    reports = stretch.reports()
    tally = counts.Counts()
    for first in range(0, len(reports), _TOGETHER):
        together = reports[first : first + _TOGETHER]
        items = [Item(id=new_id(report.span.start), report=report) for report in together]
        made = rows(account, items, at=together[-1].span.start)
        await db.copy("event", EVENT_COLUMNS, made.events)
        await db.copy("event_link", LINK_COLUMNS, made.links)
        tally.cells.update(made.tally.cells)
        tally.places.update(made.tally.places)
    await counts.add(db, account, tally, slot=_SLOT)


def _work(address: Address, account: UUID, stretches: Sequence[Stretch], told: Pipe) -> None:
    async def run() -> None:
        partitions = Partitions()
        async with Pool(address, query_seconds=3600) as pool:
            for stretch in stretches:
                await partitions.ensure(pool, [stretch.start])
                async with pool.transaction() as db:
                    await db.execute("set local synchronous_commit = off")  # cut off, it is filled again
                    await add(db, account, stretch)
                told.send(stretch.events)

    uvloop.run(run())
    told.close()
