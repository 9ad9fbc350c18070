"""`python -m bench`: measure the budgets, print them as a table, keep them under `bench/results`."""

import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console

from bench import bodies, load, report, writes
from bench.figure import Figure
from bench.load import InvalidRunError
from bench.size import FULL, QUICK, Size
from whence.dialects import discover
from whence.telemetry import configure_logging

Measure = Callable[[Size, Path], Awaitable[Figure]]

_MEASURES: Final[Mapping[str, Measure]] = {
    "single-native": lambda size, directory: writes.single(
        "POST of one native event, 64 connections", "/v1/events", bodies.native, size, directory
    ),
    "single-komodor": lambda size, directory: writes.single(
        "POST of one Komodor event, 64 connections", "/mgmt/v1/events", bodies.komodor, size, directory
    ),
    "batch": lambda size, directory: writes.batch("/v1/events", size, directory),
}


def main(
    only: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(_MEASURES)}; may be repeated.")] = None,
    quick: Annotated[bool, typer.Option(help="Short runs: to see that it works, not to quote.")] = False,  # noqa: FBT002
) -> None:
    """Measure the budgets that apply now."""
    if unknown := set(only or ()) - set(_MEASURES):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}", param_hint="--only")
    if not load.is_there():
        print("wrk is not installed. Debian: apt-get install wrk. macOS: brew install wrk", file=sys.stderr)
        raise typer.Exit(2)
    configure_logging("json", level=logging.WARNING)  # the table is what is read here
    spoken = {dialect.name for dialect in discover()}
    names = [n for n in only or _MEASURES if not n.startswith("single-") or n.removeprefix("single-") in spoken]
    console = Console(width=None if sys.stdout.isatty() else 160)
    figures: dict[str, Figure] = {}
    for name in names:
        console.print(f"[dim]measuring {name}[/]")
        with tempfile.TemporaryDirectory(prefix="whence-bench-", ignore_cleanup_errors=True) as directory:
            Path(directory).chmod(0o711)  # the account that runs PostgreSQL must pass
            try:
                figures[name] = uvloop.run(_measure(name, QUICK if quick else FULL, Path(directory)))
            except InvalidRunError as exc:
                console.print(f"[red]{name} is invalid: {exc}[/]")
    console.print(report.table(figures))
    if figures:
        console.print(f"[dim]written to {report.write(figures, is_quick=quick)}[/]")


async def _measure(name: str, size: Size, directory: Path) -> Figure:
    return await _MEASURES[name](size, directory)


if __name__ == "__main__":
    command = typer.Typer(pretty_exceptions_enable=False)
    command.command()(main)
    command()
