"""How commands speak: results on stdout, for people or for programs; everything else on stderr.

Colour and progress bars only where a person looks on; `NO_COLOR` is honoured by rich.
"""

import csv
import errno
import json
import os
import re
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from whence.cli.failure import CommandError, Exit

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})  # what a file says that takes no more
_UNBOUNDED: Final = 10_000  # columns: what reads a pipe shall get whole cells


class Output(StrEnum):
    """For people, or for programs."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


class Style(StrEnum):
    """As `Output`, where there is one thing to tell."""

    TEXT = "text"
    JSON = "json"


def stdout() -> Console:
    """Where results go. Made anew each time: a test may have put another stream there."""
    return Console(width=None if sys.stdout.isatty() else _UNBOUNDED, highlight=False, markup=False)


def stderr() -> Console:
    """Where everything else goes."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def plain(text: object) -> str:
    """The text in one line, without what would move the cursor: senders write what they like into titles."""
    return _CONTROL.sub(" ", str(text))


@contextmanager
def written() -> Generator[None]:
    """What the block says is written when it ends, as far as where it goes can spell it.

    Raises:
        CommandError: a disk is full, or the like; what was written before stands.
    """
    _open_streams()
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as exc:
        if exc.errno not in {*_FULL, errno.EPIPE}:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else what is left would be tried at the end
        if exc.errno == errno.EPIPE:  # who reads has enough
            sys.exit(Exit.FAILED)
        raise CommandError(f"the output cannot be written: {exc.strerror}") from exc


def _open_streams() -> None:
    """All three are there, though the shell may have closed them, and none is stopped by a letter that it lacks."""
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, style: str = "") -> None:
    """A remark, on stderr."""
    stderr().print(Text(text, style))


def tell(failure: CommandError) -> None:
    """Why the command ends, and what to do about it, on stderr."""
    console = stderr()
    console.print(Text("error: ", "bold red"), Text(str(failure)), sep="")
    if failure.remedy:
        console.print(Text("  try: ", "bold"), Text(failure.remedy), sep="")


def write(text: str) -> None:
    """A line of result, exactly so."""
    sys.stdout.write(text + "\n")


def compact(value: object) -> str:
    """JSON in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def indented(value: object) -> str:
    """JSON for reading."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def csv_line(values: Sequence[object]) -> None:
    """A line of CSV."""
    csv.writer(sys.stdout, lineterminator="\r\n").writerow(values)


def table(*columns: str) -> Table:
    """An empty table without lines; the cells of a row may be Text."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


@contextmanager
def progress(label: str, total: int | None, *, beside_stdout: bool = False) -> Generator[Callable[[int], None]]:
    """A bar on stderr while the block runs; the callable is told of each piece that is done.

    Nothing is shown where nobody looks on, nor where results appear on the same screen meanwhile
    (`beside_stdout`).
    """
    if not sys.stderr.isatty() or (beside_stdout and sys.stdout.isatty()):
        yield lambda _: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stderr(), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)
