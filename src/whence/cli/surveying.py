"""Prints the problems of an account: a line for each that is read in seconds, or as the server has them."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from rich.text import Text

from whence.cli.client import Client, Json, Query
from whence.cli.listing import SEVERITY_STYLES
from whence.cli.output import compact, indented, plain, say, stdout, table, write
from whence.cli.suspecting import place

_PAGE: Final = 1_000  # what the server gives at a time
_COLUMNS: Final = ("name", "state", "severity", "age", "title", "affected", "first cause")
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
_ENOUGH: Final = 2  # of a unit: below that the next smaller one says more
_NAMED: Final = 3  # entities; of more their number


def pages(client: Client, query: Query, *, limit: int | None) -> Iterator[Json]:
    """The problems in order, `limit` at most, asked for page by page; whether there are more is said."""
    left = limit
    behind: Query = ()
    while left is None or left > 0:
        size = _PAGE if left is None else min(left, _PAGE)
        page = client.get("/v1/problems", [*query, ("limit", str(size)), *behind])
        yield from page["problems"]
        if page["next"] is None:
            return
        behind = [("cursor", page["next"])]
        left = None if left is None else left - len(page["problems"])
    say("there are more; --limit 0 shows all")


def print_table(found: Iterable[Json]) -> None:
    """A line for each."""
    made = table(*_COLUMNS)
    now = datetime.now(UTC)
    for problem in found:
        made.add_row(*_row(problem, now))
    if made.row_count:
        stdout().print(made)
    else:
        say("no problems")


def print_json(found: Iterable[Json]) -> None:
    """All in one document."""
    write(indented(list(found)))


def print_lines(found: Iterable[Json]) -> None:
    """A problem a line."""
    for problem in found:
        write(compact(problem))
    sys.stdout.flush()


def age(seconds: float) -> str:
    """How long, in the largest unit that there are two of: `90m`, `25h`, `3d`."""
    for length, unit in _UNITS:
        if seconds >= length * _ENOUGH:
            return f"{int(seconds / length)}{unit}"
    return f"{max(int(seconds), 0)}s"


def _row(problem: Json, now: datetime) -> tuple[Text, ...]:
    style = SEVERITY_STYLES.get(problem["severity"], "") if problem["state"] == "open" else ""
    causes: list[Json] = problem["causes"]
    first = place(causes[0]["entity"]) + ("" if problem["likely"] else "?") if causes else ""
    return (
        Text(problem["name"]),
        Text(problem["state"]),
        Text(problem["severity"], style),
        Text(age((now - datetime.fromisoformat(problem["opened_at"])).total_seconds())),
        Text(plain(problem["title"]), style),
        Text(plain(_few(problem["affected"]))),
        Text(plain(first)),
    )


def _few(affected: list[Json]) -> str:
    more = f" +{len(affected) - _NAMED}" if len(affected) > _NAMED else ""
    return ", ".join(entity["name"] for entity in affected[:_NAMED]) + more
