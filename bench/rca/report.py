"""The tables for people, as JSON to compare with later runs, and as Markdown for the document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter
from rich.table import Table as Shown

from bench.rca.measuring import OURS, Row, Table, best
from bench.rca.scoring import Mean
from bench.world import now
from whence import __version__

RESULTS: Final = Path(__file__).parents[1] / "results" / "rca"
_MEASURES: Final = {"first": "AC@1", "among_three": "AC@3", "reciprocal": "MRR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A run. `lookback`: as it was asked for; None was the server's own."""

    version: str
    lookback: str | None
    tables: tuple[Table, ...]


_RESULTS: Final = TypeAdapter(Results)


def shown(table: Table) -> Shown:
    """The table for a terminal."""
    drawn = Shown(title=f"{table.name}: {_counts(table)}", title_justify="left")
    for heading in _headings(table):
        drawn.add_column(heading)
    for row in table.rows:
        drawn.add_row(*_cells(row, table), style="bold" if row.rule == OURS else None)
    return drawn


def markdown(table: Table) -> str:
    """The same for a document, with what it says in words below it."""
    headings = _headings(table)
    lines = [headings, ["---"] * len(headings), *(_cells(row, table) for row in table.rows)]
    drawn = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join((f"**{table.name}**: {_counts(table)}.", drawn, " ".join(verdict(table))))


def verdict(table: Table) -> Iterator[str]:
    """Ours against the best rule of each measure; then how decoys fare, and whether innocence is seen."""
    ours = table.rows[0]
    for measure in ("among_three", "reciprocal"):
        rival = best(table.rows, measure)
        value, other = getattr(ours, measure).value, getattr(rival, measure).value
        yield f"{_MEASURES[measure]} {value:.3f}; the best rule, {rival.rule}, {other:.3f}."
    if table.has_decoys:
        least = min(table.rows[1:], key=lambda row: row.led)
        most_right = best(table.rows, "reciprocal")
        yield (
            f"Led by a decoy {ours.led:.1f} times; the best rule by MRR {most_right.led:.1f} times, "
            f"the rule least often led ({least.rule}) {least.led:.1f} times."
        )
    if (separation := table.separation) is not None:
        yield (
            f"AUC of the first one's score {separation.auc:.3f}. Calls the first one likely in "
            f"{separation.likely_guilty} of {table.guilty} cases with a guilty one, in {separation.likely_none} of "
            f"{table.none} without, and is then led by a decoy {separation.led_likely} times."
        )


def write(tables: Sequence[Table], lookback: str | None) -> Path:
    """Keep the tables of today, in place of an earlier run's. Tells the file."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{now():%Y-%m-%d}.json"
    results = Results(version=__version__, lookback=lookback, tables=tuple(tables))
    path.write_bytes(_RESULTS.dump_json(results, indent=2) + b"\n")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def document() -> str:
    """The last results as Markdown.

    Raises:
        FileNotFoundError: there are none.
    """
    found = sorted(RESULTS.glob("*.json"))
    if not found:
        raise FileNotFoundError(f"no results in {RESULTS.name}: measure first")
    kept = _RESULTS.validate_json(found[-1].read_bytes())
    return "\n\n".join((*map(markdown, kept.tables), f"Whence {kept.version}, {found[-1].stem}."))


def _counts(table: Table) -> str:
    said = [f"{table.guilty} cases, {table.of} asked for"]
    if table.unreachable:
        said.append(
            f"in {table.unreachable} of them the right one was never told, so {_ceiling(table):.3f} is the most"
        )
    if table.none:
        said.append(f"{table.none} more without a guilty one")
    if table.refused:
        said.append(f"{table.refused} events refused for their time")
    return "; ".join(said)


def _ceiling(table: Table) -> float:
    return 1 - table.unreachable / table.guilty


def _headings(table: Table) -> list[str]:
    return ["rule", *_MEASURES.values(), *(["led by a decoy"] if table.has_decoys else [])]


def _cells(row: Row, table: Table) -> list[str]:
    cells = [row.rule, *(_mean(getattr(row, measure)) for measure in _MEASURES)]
    return [*cells, f"{row.led:.1f} of {table.guilty + table.none}"] if table.has_decoys else cells


def _mean(mean: Mean) -> str:
    return f"{mean.value:.3f} ({mean.low:.2f} to {mean.high:.2f})"
