"""Follows an account's events as they come, over lost connections and restarts of the server."""

import json
import sys
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic, sleep
from typing import Final

import httpx
from httpx_sse import EventSource, SSEError
from rich.text import Text

from whence.cli import listing
from whence.cli.client import Client, Json, Query, RefusedError
from whence.cli.failure import CommandError, Exit
from whence.cli.names import Names
from whence.cli.output import Output, compact, csv_line, say, stdout, write
from whence.cli.times import instant
from whence.domain.cell import harmless

_SILENCE: Final = 45.0  # seconds: three heartbeats of the server
_LONGEST_PAUSE: Final = 10.0
_LASTED: Final = 5.0  # seconds: a connection that stood so long was a good one
_REMEMBERED: Final = 10_000  # ids of printed events: what comes again after a gap is printed once
_CSV: Final = (  # as the server's export has them
    "id",
    "time",
    "end_time",
    "severity",
    "kind",
    "type",
    "title",
    "description",
    "source",
    "dialect",
    "clusters",
    "namespaces",
    "services",
    "url",
    "properties",
)
_WIDTHS: Final = (14, 8, 8, 12)


class _Place:
    """Where the reader stands: behind which event of the stream, and since when if there was none yet."""

    def __init__(self, since: datetime | None) -> None:
        self.last_id = ""
        self._began = instant(datetime.now(UTC)) if since is None else instant(since)
        self._from_now = since is None
        self._received = ""
        self._seen: OrderedDict[str, None] = OrderedDict()

    def query(self, *, again: bool) -> Query:
        """How to ask for what was missed; at first, who wants only what is new missed nothing."""
        if self.last_id or (self._from_now and not again):
            return []
        return [("since", self._received or self._began)]

    def is_new(self, event: Json) -> bool:
        """Whether the event was not seen yet; it is then."""
        self._received = event["received_at"]
        if event["id"] in self._seen:
            return False
        self._seen[event["id"]] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def forget(self) -> None:
        """The stream has a gap: ask by time, and leave out what was printed."""
        self.last_id = ""


def follow(client: Client, query: Query, *, since: datetime | None, limit: int | None, output: Output) -> None:
    """Print events as they come until `limit` were printed; None for ever.

    Raises:
        CommandError: the server refuses, or cannot be reached at first. Later it is waited for, and so is a rate.
    """
    place = _Place(since)
    names = Names(client)
    printed = 0
    pause = 0.0
    again = False
    if output is Output.CSV:
        csv_line(_CSV)
    while True:
        opened_at = monotonic()
        try:
            for event in _connection(client, query, place, again=again):
                _print(event, names, output)
                printed += 1
                if printed == limit:
                    return
        except (httpx.TransportError, SSEError) as exc:
            pause = _pause(pause, opened_at)
            say(f"the connection broke off ({exc}); next try in {pause:.0f} s")
        except CommandError as failure:
            if not again or not _passes(failure):
                raise
            pause = _pause(pause, opened_at)
        else:
            pause = 0.0 if monotonic() - opened_at > _LASTED else _pause(pause, opened_at)
        again = True
        sleep(pause)


def _connection(client: Client, query: Query, place: _Place, *, again: bool) -> Iterator[Json]:
    """The new events of one connection, until it ends."""
    headers = {"last-event-id": place.last_id} if place.last_id else {}
    asked = [*query, *place.query(again=again)]
    with client.stream("/v1/events/stream", asked, headers=headers, silence=_SILENCE) as answer:
        for message in EventSource(answer).iter_sse():
            if message.event == "reset":
                place.forget()
                return
            if message.id:
                place.last_id = message.id
            if message.event == "event" and place.is_new(event := json.loads(message.data)):
                yield event


def _passes(failure: CommandError) -> bool:
    """Whether it is worth to wait for the end of it."""
    over_rate = isinstance(failure, RefusedError) and failure.status == HTTPStatus.TOO_MANY_REQUESTS
    return over_rate or failure.code is Exit.UNREACHABLE


def _pause(before: float, opened_at: float) -> float:
    return 1.0 if monotonic() - opened_at > _LASTED else min(max(before * 2, 1.0), _LONGEST_PAUSE)


def _print(event: Json, names: Names, output: Output) -> None:
    match output:
        case Output.TABLE:
            time, severity, kind, type_, title, where, source = listing.row(event, names.of([event]))
            line = Text()
            for cell, width in zip((time, severity, kind, type_), _WIDTHS, strict=True):
                cell.pad_right(max(0, width - cell.cell_len) + 2)
                line.append_text(cell)
            line.append_text(title).append(f"  ({where}; {source})", "dim")
            stdout().print(line, soft_wrap=True)
        case Output.JSON | Output.NDJSON:
            write(compact(event))
        case Output.CSV:
            csv_line(_cells(event))
    sys.stdout.flush()


def _cells(event: Json) -> list[str]:
    """The event as a row of the server's export, whose places are those that its scope spells out."""
    scope: Json = event["scope"] or {}
    places = {name: " ".join(scope.get(name, [])) for name in ("clusters", "namespaces", "services")}
    cells: Json = {**event, **places, "properties": compact(event["properties"])}
    return [harmless(cells[name] or "") for name in _CSV]
