"""The figures as a table for people, as JSON to compare with later runs, and as Markdown for the document."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import psutil
from rich.table import Table

from bench.figure import Figure
from bench.world import now
from whence import __version__
from whence.embedded.binaries import MAJOR, wheel

RESULTS: Final = Path(__file__).parent / "results"
_COMPUTED: Final = frozenset({"ratio", "is_met", "at"})  # in the file for readers of the file
_ORDER: Final = (
    "single-native", "single-komodor", "single-desk", "refresh-desk", "single-cloudforet", "batch", "entity",
    "entity-growth", "overview", "overview-counts", "signals-list", "signals-stat", "causes", "live", "memory", "start",
)  # fmt: skip
_WORKERS: Final = re.compile(r"-\d+w$")  # as `Figure.by` writes it
_HEADINGS: Final = ("what", "measured", "floor", "ratio", "budget", "met", "note")


def table(figures: Iterable[Figure]) -> Table:
    """One line a figure."""
    shown = Table(title=f"Whence {__version__}", title_justify="left")
    for heading in _HEADINGS:
        shown.add_column(heading, justify="right" if heading in {"measured", "floor", "ratio"} else "left")
    for figure in figures:
        *texts, met, note = _cells(figure)
        shown.add_row(*texts, f"[green]{met}[/]" if figure.is_met else f"[red]{met}[/]", note)
    return shown


def markdown(figures: Iterable[Figure]) -> str:
    """The same for a document."""
    lines = [_HEADINGS, ["---"] * len(_HEADINGS), *map(_cells, figures)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(figures: Sequence[Figure], *, is_quick: bool) -> Path:
    """Keep the figures of today; those that were not measured now stay as they were. Tells the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now():%Y-%m-%d}{'-quick' if is_quick else ''}.json"
    kept: dict[str, Any] = json.loads(path.read_text())["figures"] if path.exists() else {}
    kept |= {
        figure.name: {**asdict(figure), "ratio": figure.ratio, "is_met": figure.is_met, "at": now().isoformat()}
        for figure in figures
    }
    path.write_text(json.dumps({"version": __version__, "machine": machine(), "figures": kept}, indent=2) + "\n")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def document() -> str:
    """The last full results as Markdown: the table, and below it the machine.

    Raises:
        FileNotFoundError: there are none.
    """
    found = sorted(path for path in RESULTS.glob("*.json") if not path.stem.endswith("-quick"))
    if not found:
        raise FileNotFoundError(f"no results in {RESULTS.name}: measure first")
    kept: dict[str, Any] = json.loads(found[-1].read_text())
    figures = [
        Figure(**{name: value for name, value in fields.items() if name not in _COMPUTED})
        for _, fields in sorted(kept["figures"].items(), key=_place)
    ]
    facts = ", ".join(f"{name} {value}" for name, value in kept["machine"].items())
    return f"{markdown(figures)}\n\nWhence {kept['version']}, {found[-1].stem}; {facts}."


def _place(kept: tuple[str, object]) -> tuple[int, int, str]:
    """In the order of the budgets, and by how much is stored; behind it the same of several workers."""
    row, _, stored = kept[0].partition(" ")
    alone = _WORKERS.sub("", row)
    known = _ORDER.index(alone) if alone in _ORDER else len(_ORDER)
    return known, int(stored.replace(",", "") or 0), row


def machine() -> dict[str, object]:
    """What a reader must know of the machine to compare; nothing that tells which one it is."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "postgresql": _postgresql(),
    }


def _postgresql() -> str:
    program = wheel() / f"pginstall{MAJOR}" / "bin" / "postgres"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return said.split(")")[-1].strip()


def _cells(figure: Figure) -> list[str]:
    return [
        figure.what,
        _value(figure.measured, figure.unit),
        "" if figure.floor is None else _value(figure.floor, figure.unit),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        figure.budget_text,
        "yes" if figure.is_met else f"no, {figure.distance:.1f}x over",
        figure.note,
    ]


def _value(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"  # noqa: PLR2004  three digits are enough
