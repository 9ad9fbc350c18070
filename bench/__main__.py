"""`python -m bench`: measure the budgets, print them as a table, keep them under `bench/results`."""

import asyncio
import logging
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from bench import data, load, report
from bench.empty import directory
from bench.figure import Figure
from bench.load import InvalidRunError
from bench.measures import BY_WRK, DAYS, FRESH, STORED
from bench.size import FULL, QUICK, Size
from whence.dialects import discover
from whence.telemetry import configure_logging


def main(
    only: Annotated[
        list[str] | None, typer.Option(help=f"Of {', '.join((*FRESH, *STORED))}; may be repeated.", metavar="NAME")
    ] = None,
    events: Annotated[int | None, typer.Option(min=1, help="Stored, where that matters. Default: 1,000,000.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the server; its rows say so.")] = 1,
    data_dir: Annotated[Path | None, typer.Option(help="Filled by `python -m bench.data`; else one is made.")] = None,
    quick: Annotated[bool, typer.Option(help="Short runs: to see that it works, not to quote.")] = False,  # noqa: FBT002  typer makes a flag of it
    markdown: Annotated[bool, typer.Option(help="Measure nothing: print the last results for a document.")] = False,  # noqa: FBT002  typer makes a flag of it
) -> None:
    """Measure the budgets."""
    if markdown:
        print(report.document())
        return
    if unknown := set(only or ()) - {*FRESH, *STORED}:
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}", param_hint="--only")
    spoken = {dialect.name for dialect in discover()}
    names = [
        name
        for name in only or (*FRESH, *STORED)
        if not name.startswith("single-") or name.removeprefix("single-") in {"native", *spoken}
    ]
    if BY_WRK & set(names) and not load.is_there():
        print("wrk is not installed. Debian: apt-get install wrk. macOS: brew install wrk", file=sys.stderr)
        raise typer.Exit(2)
    configure_logging("json", level=logging.WARNING)  # the table is what is read here
    _let_open_many_files()
    os.environ["WHENCE_WORKERS"] = str(workers)  # which the server reads as any other does
    size = QUICK if quick else FULL
    console = Console(width=None if sys.stdout.isatty() else 160)
    figures: list[Figure] = []
    path: Path | None = None
    for found in _measured(names, replace(size, events=events or size.events), data_dir, console):
        some = [figure.by(workers) for figure in found] if workers > 1 else found
        path = report.write(some, is_quick=quick)  # at once: a row that breaks takes none with it
        figures += some
    console.print(report.table(figures))
    if path:
        console.print(f"[dim]written to {path}[/]")


def _measured(names: Sequence[str], size: Size, data_dir: Path | None, console: Console) -> Iterator[list[Figure]]:
    """The figures of each, as it is measured."""
    with ExitStack() as kept:
        filled = data_dir
        for name in names:
            if name in STORED and filled is None:
                console.print(f"[dim]storing {size.events:,} events[/]")
                filled = kept.enter_context(directory())
                asyncio.run(data.filled(filled, size.events, DAYS))
            console.print(f"[dim]measuring {name}[/]")
            try:
                yield _measure(name, size, filled)
            except InvalidRunError as exc:
                console.print(f"[red]{name} is invalid: {exc}[/]")


def _measure(name: str, size: Size, filled: Path | None) -> list[Figure]:
    if name in FRESH:
        with directory() as empty:
            return uvloop.run(_awaited(name, size, empty))
    assert filled is not None
    return uvloop.run(_awaited(name, size, filled))


async def _awaited(name: str, size: Size, directory: Path) -> list[Figure]:
    return await {**FRESH, **STORED}[name](size, directory)


def _let_open_many_files() -> None:
    """A thousand streams are a thousand files, here and in the server, which inherits the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    command = typer.Typer(pretty_exceptions_enable=False)
    command.command()(main)
    command()
