"""The figures as a table for people and as JSON to compare with later runs."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import psutil
from rich.table import Table

from bench.figure import Figure
from bench.world import now
from whence import __version__
from whence.embedded.binaries import MAJOR

RESULTS: Final = Path(__file__).parent / "results"


def table(figures: Mapping[str, Figure]) -> Table:
    """One line a figure."""
    shown = Table(title=f"Whence {__version__}", title_justify="left")
    for heading in ("what", "measured", "floor", "ratio", "budget", "met", "note"):
        shown.add_column(heading, justify="right" if heading in {"measured", "floor", "ratio"} else "left")
    for figure in figures.values():
        shown.add_row(
            figure.what,
            _value(figure.measured, figure.unit),
            "" if figure.floor is None else _value(figure.floor, figure.unit),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.budget_text,
            "[green]yes[/]" if figure.is_met else "[red]no[/]",
            figure.note,
        )
    return shown


def write(figures: Mapping[str, Figure], *, is_quick: bool) -> Path:
    """Keep the figures of today; those that were not measured now stay as they were. Tells the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now():%Y-%m-%d}{'-quick' if is_quick else ''}.json"
    kept: dict[str, Any] = json.loads(path.read_text())["figures"] if path.exists() else {}
    kept |= {
        name: {**asdict(figure), "ratio": figure.ratio, "is_met": figure.is_met} for name, figure in figures.items()
    }
    path.write_text(json.dumps({"version": __version__, "machine": _machine(), "figures": kept}, indent=2) + "\n")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "postgresql": MAJOR,
    }


def _value(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"  # noqa: PLR2004
