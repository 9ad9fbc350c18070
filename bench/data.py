"""`python -m bench.data`: fill a data directory with a history, for benchmarks that need one."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import database
from bench.child import TOKEN
from bench.fill import fill, missing
from bench.history import History, last_end
from bench.world import entities, now
from whence.access import Access
from whence.domain.access import Principal
from whence.embedded import Embedded
from whence.registry import Registry
from whence.store.pool import Pool
from whence.telemetry import configure_logging

_MARK: Final = "history.json"  # in the data directory: what it was filled with
_ANYTHING: Final = "select exists (select from event) or exists (select from entity) as there"


class MixedDataError(Exception):
    """The directory holds something else than the history that is asked for."""


def main(
    events: Annotated[int, typer.Option(min=1, help="How many.")] = 1_000_000,
    data_dir: Annotated[Path | None, typer.Option(help="Default: a temporary directory that is named after N.")] = None,
    days: Annotated[int, typer.Option(min=1, max=80, help="Over how many days, up to the last hour.")] = 30,
) -> None:
    """Fill a data directory; one that is full already is left as it is."""
    configure_logging("json")
    directory = data_dir or Path(tempfile.gettempdir()) / f"whence-bench-{events}"
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("events", total=events)
        started = perf_counter()
        try:
            added = asyncio.run(filled(directory, events, days, lambda more: progress.advance(task, more)))
        except MixedDataError as exc:
            print(f"{directory}: {exc}", file=sys.stderr)
            raise typer.Exit(1) from exc
    seconds = perf_counter() - started
    print(f"{directory}: {events:,} events, {added:,} of them new ({added / seconds:,.0f}/s)")


async def filled(directory: Path, events: int, days: int, told: Callable[[int], object] = int) -> int:
    """The directory holds a history of so many events; how many had to be added. `told` hears of each commit.

    Raises:
        MixedDataError: it holds something else.
    """
    history = standing(directory)
    async with database.opened(directory) as embedded, database.pool(embedded) as pool:
        if history is None:
            async with pool.reader() as db:
                row = await db.row(_ANYTHING)
            if row is None or row["there"]:
                raise MixedDataError("it holds other events or entities")
            history = History(events=events, days=days, until=last_end(now()))
            _mark(directory, history)
        elif (history.events, history.days) != (events, days):
            raise MixedDataError(f"it was made for {history.events:,} events over {history.days} days")
        by = await owner(pool)
        async with pool.reader() as db:
            wanted = await missing(db, by.account_id, history)
        if not wanted:
            return 0
        await Registry(pool, changed=lambda _: None).register(by, entities())
        await asyncio.to_thread(fill, database.address(embedded), by.account_id, wanted, told)
        await _settle(embedded)
    return sum(stretch.events for stretch in wanted)


def standing(directory: Path) -> History | None:
    """What the directory was filled with, as far as that came; None when it never was."""
    mark = directory / _MARK
    if not mark.exists():
        return None
    kept = json.loads(mark.read_text())
    return History(events=kept["events"], days=kept["days"], until=datetime.fromisoformat(kept["until"]))


async def owner(pool: Pool) -> Principal:
    """Whose events these are: the account that the benchmarks' token opens."""
    access = Access(pool)
    await access.open_default(TOKEN)
    return await access.authenticate(TOKEN)


def _mark(directory: Path, history: History) -> None:
    kept = {"events": history.events, "days": history.days, "until": history.until.isoformat()}
    (directory / _MARK).write_text(json.dumps(kept) + "\n")


async def _settle(embedded: Embedded) -> None:
    """As autovacuum would leave it, had the events come over a month."""
    db = await asyncpg.connect(**embedded.dsn)
    await db.execute("vacuum (analyze)")
    await db.execute("checkpoint")
    await db.close()


if __name__ == "__main__":
    typer.run(main)
