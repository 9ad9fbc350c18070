"""How fast events go in: single ones against the floor server, batches against plain COPY."""

from asyncio import sleep
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, LiteralString

import asyncpg

from bench import bodies
from bench.child import Child, running
from bench.copy import copied, renewed, stored_rows
from bench.database import opened
from bench.figure import Figure
from bench.load import CONNECTIONS, InvalidRunError, Load, press
from bench.size import Size
from whence.store.pool import Connection

BATCH: Final = 1_000  # events a request, and rows a COPY
_BATCH_CONNECTIONS: Final = 4
_BATCH_BUDGET: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """What is measured, one event a request.

    `write` makes the bodies' file. `prepare` readies the server at the URL; what it returns is the path, where that is
    known only then. `counted`: how many of what was acknowledged are stored, as SQL. `budget`: the share of the floor
    asked for.
    """

    name: str
    what: str
    path: str
    write: Callable[[Path], Path]
    prepare: Callable[[str], Awaitable[str | None]] | None = None
    counted: LiteralString = "select count(*) from event"
    budget: float = 0.5


async def single(asked: Single, size: Size, directory: Path) -> list[Figure]:
    """One event a request, from many connections; each answered when it is durable."""
    sent = asked.write(directory / "bodies.ndjson")
    ours: list[Load] = []
    floors: list[Load] = []
    with running("bench.floor", directory / "floor") as floor:
        async with _whence(directory / "whence") as (whence, db):
            path = (await asked.prepare(whence.url) if asked.prepare else None) or asked.path
            ready = _Checked(db, asked.counted)
            await press(floor.url + asked.path, sent, seconds=size.warm_seconds)
            await ready.press(whence.url + path, sent, size.warm_seconds)
            used = whence.cpu_seconds(), floor.cpu_seconds()
            for _ in range(size.rounds):
                floors.append(await press(floor.url + asked.path, sent, seconds=size.seconds))
                ours.append(await ready.press(whence.url + path, sent, size.seconds))
            cpu = (
                _micros(whence.cpu_seconds() - used[0], sum(run.requests for run in ours)),
                _micros(floor.cpu_seconds() - used[1], sum(run.requests for run in floors)),
            )
    return [
        Figure(
            name=asked.name,
            what=f"{asked.what}, {CONNECTIONS} connections",
            unit="events/s",
            measured=median(run.rate for run in ours),
            floor=median(run.rate for run in floors),
            bound=">=",
            budget=asked.budget,
            samples={"whence": [run.rate for run in ours], "floor": [run.rate for run in floors]},
            note=f"p50/p99 {_latency(ours)}, floor {_latency(floors)}; CPU an event {cpu[0]}, floor {cpu[1]}",
        )
    ]


async def batch(path: str, size: Size, directory: Path) -> list[Figure]:
    """A thousand events a request, against COPY of the rows that these became."""
    sent = bodies.write(directory / "bodies.ndjson", bodies.native)
    ours: list[float] = []
    floors: list[float] = []
    async with _whence(directory / "whence") as (whence, db), opened(directory / "floor") as floor:
        plain = await asyncpg.connect(**floor.dsn)
        ready = _Checked(db)
        await ready.press(whence.url + path, sent, size.warm_seconds, each=BATCH)
        stored = await stored_rows(db, size.rows)
        used, sent_events = whence.cpu_seconds(), 0
        for _ in range(size.rounds):
            floors.append(await copied(plain, *renewed(*stored), together=BATCH))
            load = await ready.press(whence.url + path, sent, size.seconds, each=BATCH)
            ours.append(load.rate * BATCH)
            sent_events += load.requests * BATCH
        cpu = _micros(whence.cpu_seconds() - used, sent_events)
        await plain.close()
    return [
        Figure(
            name="batch",
            what=f"POST of {BATCH:,} events as NDJSON, {_BATCH_CONNECTIONS} connections",
            unit="events/s",
            measured=median(ours),
            floor=median(floors),
            bound=">=",
            budget=_BATCH_BUDGET,
            samples={"whence": ours, "floor": floors},
            note=f"floor: COPY of the same rows and links, one connection; CPU an event {cpu}",
        )
    ]


@asynccontextmanager
async def _whence(directory: Path) -> AsyncGenerator[tuple[Child, Connection]]:
    with running("bench.server", directory) as child:
        async with opened(directory) as database:
            db = await asyncpg.connect(**database.dsn)
            yield child, db
            await db.close()


@dataclass(frozen=True, slots=True)
class _Checked:
    """Runs after each of which the database holds what was acknowledged, and at most what was cut off besides."""

    db: Connection
    counted: LiteralString = "select count(*) from event"

    async def press(self, url: str, sent: Path, seconds: float, *, each: int = 1) -> Load:
        """A run.

        Raises:
            InvalidRunError: the database holds less, or more.
        """
        connections = CONNECTIONS if each == 1 else _BATCH_CONNECTIONS
        before = await self._settled()
        load = await press(url, sent, seconds=seconds, connections=connections, each=each)
        stored = await self._settled() - before
        cut_off = stored - load.requests * each
        if not 0 <= cut_off <= connections * each:
            raise InvalidRunError(f"{load.requests * each} events were acknowledged and {stored} are stored")
        return load

    async def _settled(self) -> int:
        """What is stored, once it stands still: requests that wrk cut off are still being stored."""
        count = -1
        while count != (count := await self.db.fetchval(self.counted)):
            await sleep(0.3)
        return count


def _latency(runs: Sequence[Load]) -> str:
    return f"{median(run.p50_ms for run in runs):.1f}/{median(run.p99_ms for run in runs):.1f} ms"


def _micros(seconds: float, events: int) -> str:
    return f"{seconds / events * 1e6:.0f} us"
