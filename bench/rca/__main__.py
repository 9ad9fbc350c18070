"""`python -m bench.rca`: measure the ranking of causes, print it beside the simple rules, keep the figures."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from bench.child import running
from bench.empty import directory
from bench.rca import report
from bench.rca.cases import DataSet, NoCasesError, data_sets
from bench.rca.measuring import Table, measured

_CASES: Final = Path(__file__).parents[3] / "shared" / "rca"  # beside the checkout; not part of it


def main(
    folder: Annotated[Path, typer.Option("--cases", help="Holds the data sets, one a folder.")] = _CASES,
    only: Annotated[list[str] | None, typer.Option(help="A data set; may be repeated.", metavar="NAME")] = None,
    lookback: Annotated[str | None, typer.Option(help="As the API takes it: PT6H. Default: the server's own.")] = None,
    markdown: Annotated[bool, typer.Option(help="Measure nothing: print the last results for a document.")] = False,  # noqa: FBT002  typer makes a flag of it
) -> None:
    """Measure the ranking of causes on labelled cases."""
    if markdown:
        print(report.document())
        return
    try:
        found = data_sets(folder)
    except NoCasesError as exc:
        print(f"{exc}; say where they are with --cases", file=sys.stderr)
        raise typer.Exit(2) from exc
    if unknown := set(only or ()) - {data_set.name for data_set in found}:
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}", param_hint="--only")
    tables = asyncio.run(_measured([one for one in found if only is None or one.name in only], lookback))
    console = Console(width=None if sys.stdout.isatty() else 160)
    for table in tables:
        console.print(report.shown(table))
        for sentence in report.verdict(table):
            console.print(f"  {sentence}", highlight=False)
    if only is None:
        console.print(f"[dim]written to {report.write(tables, lookback)}[/]")


async def _measured(found: Sequence[DataSet], lookback: str | None) -> list[Table]:
    with directory() as empty, running("bench.rca.server", empty) as server:
        return [await measured(data_set, server.url, lookback) for data_set in found]


if __name__ == "__main__":
    command = typer.Typer(pretty_exceptions_enable=False)
    command.command()(main)
    command()
