"""Prints the events of a window: by pages for people, as the server's export for programs."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from rich.text import Text

from whence.cli.client import Client, Json, Query
from whence.cli.names import NAMED, Names
from whence.cli.output import Output, plain, progress, say, stdout, table, write

_PAGE: Final = 1_000  # what the server gives at a time
SEVERITY_STYLES: Final = {"info": "", "warning": "yellow", "error": "red", "critical": "bold red"}
_NOBODYS: Final[Mapping[str, str]] = {}
_COLUMNS: Final = ("time (UTC)", "severity", "kind", "type", "title", "where", "source")


def print_events(client: Client, query: Query, *, limit: int | None, output: Output) -> None:
    """The events that the query selects, `limit` at most; None for all.

    Raises:
        CommandError: the server refuses, or ends in the middle.
    """
    asked = [*query] if output is Output.TABLE or output is Output.JSON else [*query, ("format", output.value)]
    total = client.get("/v1/events/facets", _filters(query))["total"]
    wanted = total if limit is None else min(limit, total)
    with progress("Events", wanted, beside_stdout=output in {Output.NDJSON, Output.CSV}) as advance:
        match output:
            case Output.NDJSON:
                for line in islice(client.lines("/v1/events/export", asked), limit):
                    write(line.rstrip("\n"))
                    advance(1)
                return
            case Output.CSV:
                rows = _rows(client.lines("/v1/events/export", asked))
                for one in islice(rows, None if limit is None else limit + 1):  # and the header
                    write(one.removesuffix("\n"))
                    advance(1)
                return
            case Output.JSON | Output.TABLE:
                found: list[Json] = []
                for event in pages(client, asked, limit=limit):
                    found.append(event)
                    advance(1)
    if output is Output.JSON:
        write(json.dumps(found, ensure_ascii=False, indent=2))
        return
    _print_table(found, Names(client).of(found))
    if len(found) < total:
        say(f"{len(found):,} of {total:,} events; --limit 0 shows all")
    elif not found:
        say("no events in this window; --since 7d looks further back")


def pages(client: Client, query: Query, *, limit: int | None) -> Iterator[Json]:
    """The events in order, `limit` at most, asked for page by page."""
    left = limit
    cursor: str | None = None
    while left is None or left > 0:
        size = _PAGE if left is None else min(left, _PAGE)
        behind = [] if cursor is None else [("cursor", cursor)]
        page = client.get("/v1/events", [*query, ("limit", str(size)), *behind])
        yield from page["events"]
        cursor = page["next"]
        if cursor is None:
            return
        left = None if left is None else left - len(page["events"])


def row(event: Json, names: Mapping[str, str]) -> tuple[Text, ...]:
    """The event in the columns of the table; entities by their `names`, where these are known."""
    style = SEVERITY_STYLES.get(event["severity"], "")
    cells = (
        clock(event["time"]),
        event["severity"],
        event["kind"],
        event["type"],
        event["title"],
        where(event, names),
        event["source"],
    )
    return tuple(Text(plain(cell), style if n in {1, 4} else "") for n, cell in enumerate(cells))


def clock(at: str) -> str:
    """The time as a table shows it: `11-21 09:30:05`, with the year when that is another."""
    time = datetime.fromisoformat(at)
    return time.strftime("%m-%d %H:%M:%S" if time.year == datetime.now(UTC).year else "%Y-%m-%d %H:%M:%S")


def where(event: Json, names: Mapping[str, str] = _NOBODYS) -> str:
    """Whom the event concerns, in a few words."""
    if event["entities"]:
        return _few([names.get(entity_id, entity_id) for entity_id in event["entities"]])
    scope: Json | None = event["scope"]
    if scope is None:  # it named entities, of which there are none
        return "nobody"
    parts = [_few(scope.get(field, [])) for field in ("clusters", "namespaces", "services")]
    return "/".join(part for part in parts if part) or "every service"


def _few(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" +{len(names) - NAMED}" if len(names) > NAMED else "")


def _print_table(events: list[Json], names: Mapping[str, str]) -> None:
    if not events:
        return
    made = table(*_COLUMNS)
    for event in events:
        made.add_row(*row(event, names))
    stdout().print(made)


def _rows(lines: Iterator[str]) -> Iterator[str]:
    """The rows of CSV, as they are: what is in quotes may have lines of its own, and be longer than `csv` reads."""
    row: list[str] = []
    is_quoted = False
    for line in lines:
        row.append(line)
        is_quoted ^= line.count('"') % 2 == 1  # a quote within is doubled
        if not is_quoted:
            yield "".join(row)
            row = []


def _filters(query: Query) -> Query:
    return [(name, value) for name, value in query if name != "order"]
