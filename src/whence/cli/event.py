"""`whence event send`: one event from options, or many from a file or a pipe."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast
from uuid import uuid4

import typer

from whence.cli import sending
from whence.cli.client import Client, Json
from whence.cli.failure import CommandError
from whence.cli.options import DEFAULT_URL, Token, Url
from whence.cli.output import Style
from whence.cli.times import instant, moment

app = typer.Typer(name="event", help="Single events.", no_args_is_help=True)

_MANY = "With --file"
_SCOPE = "Whom it concerns (nothing: every service)"


class Kind(StrEnum):
    """What the event says about the world."""

    CHANGE = "change"
    INFO = "info"
    PROBLEM = "problem"
    RECOVERY = "recovery"


class Severity(StrEnum):
    """How bad it is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


@app.callback()
def noun() -> None:
    """Single events."""


@app.command()
def send(
    source_file: Annotated[
        str | None,
        typer.Argument(metavar="-", help="`-` reads JSON or NDJSON from stdin.", show_default=False),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", help="JSON (an object or a list) or NDJSON; `-` for stdin.", rich_help_panel=_MANY
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", "-t", help="What happened, in a line.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Yours: deploy, config, flag, …")] = None,
    kind: Annotated[Kind | None, typer.Option(help="What it says about the world.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="How bad it is.")] = None,
    source: Annotated[str | None, typer.Option(help="Who says so: ci/github, cron@host, …")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Your own id: sent again, it is no new event.")] = None,
    description: Annotated[str | None, typer.Option("--description", "-d", help="More words.")] = None,
    event_url: Annotated[str | None, typer.Option(help="Where to read on.", metavar="URL")] = None,
    link: Annotated[
        list[str] | None, typer.Option(help="Another address; may be repeated.", metavar="[TITLE=]URL")
    ] = None,
    time: Annotated[
        datetime | None,
        typer.Option(parser=moment, help="When (else now): RFC 3339, epoch ms, or 30m ago.", metavar="TIME"),
    ] = None,
    end_time: Annotated[datetime | None, typer.Option(parser=moment, help="When it was over.", metavar="TIME")] = None,
    key: Annotated[str | None, typer.Option(help="What a problem and its recovery have in common.")] = None,
    timeout_minutes: Annotated[
        int | None,
        typer.Option(min=1, max=10_080, help="A problem that is not reported again ends by itself."),
    ] = None,
    cluster: Annotated[list[str] | None, typer.Option(help="May be repeated.", rich_help_panel=_SCOPE)] = None,
    namespace: Annotated[list[str] | None, typer.Option(help="May be repeated.", rich_help_panel=_SCOPE)] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", "-s", help="May be repeated.", rich_help_panel=_SCOPE)
    ] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="An entity's id or tag; may be repeated.", rich_help_panel=_SCOPE)
    ] = None,
    match: Annotated[
        str | None,
        typer.Option(help='A JSON list: [{"types":[…],"tags":[{"key":…}]}].', metavar="JSON", rich_help_panel=_SCOPE),
    ] = None,
    prop: Annotated[
        list[str] | None,
        typer.Option("--prop", "-p", help="A property, as text; may be repeated.", metavar="NAME=TEXT"),
    ] = None,
    properties: Annotated[str | None, typer.Option(help="Properties as a JSON object.", metavar="JSON")] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="Sent again within 24 h under the same key, it is stored once.")
    ] = None,
    output: Annotated[Style, typer.Option("--output", "-o", help="Ids, or the server's receipts.")] = Style.TEXT,
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """Send an event and print its id; or many, from a file or stdin, a line for each."""
    fields = {
        "title": title,
        "type": type_,
        "kind": kind,
        "severity": severity,
        "source": source,
        "id": id_,
        "description": description,
        "url": event_url,
        "links": [_link(one) for one in link or ()],
        "time": None if time is None else instant(time),
        "end_time": None if end_time is None else instant(end_time),
        "key": key,
        "timeout_minutes": timeout_minutes,
        "scope": _present({"clusters": cluster, "namespaces": namespace, "services": service}),
        "entities": entity,
        "match": _json(match, list, "--match"),
        "properties": _properties(prop or [], properties),
    }
    given = _present(fields)
    path = _file(source_file, file)
    if path is not None:
        if given:
            raise typer.BadParameter("a file's events are complete: no other field goes with them", param_hint="--file")
        with Client(url, token) as client:
            sending.many(client, _read(path), key=idempotency_key or str(uuid4()), output=output)
        return
    if title is None:
        raise typer.BadParameter("an event has one (or give events by --file)", param_hint="--title")
    with Client(url, token) as client:
        sending.one(client, given, key=idempotency_key or str(uuid4()), output=output)


def _file(argument: str | None, option: Path | None) -> Path | None:
    if argument is None:
        return option
    if argument != "-" or option is not None:
        raise typer.BadParameter(f"{argument!r} is too much; only `-` may stand here", param_hint="-")
    return Path("-")


def _read(path: Path) -> Iterator[tuple[int, Json]]:
    """Each event, and the line on which it begins (1 for a JSON list: all of them)."""
    try:
        text = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as exc:
        raise CommandError(f"{path} cannot be read: {exc.strerror}") from exc
    try:
        whole: object = json.loads(text)
    except ValueError:
        yield from _lines(path, text)
        return
    events = cast("list[object]", whole) if isinstance(whole, list) else [whole]
    for event in events:
        yield 1, _object(event, f"{path}")


def _lines(path: Path, text: bytes) -> Iterator[tuple[int, Json]]:
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            event: object = json.loads(line)
        except ValueError as exc:
            raise CommandError(
                f"{path}:{number} is no JSON: {exc}", remedy="one JSON object a line, or a JSON list"
            ) from exc
        yield number, _object(event, f"{path}:{number}")


def _object(event: object, where: str) -> Json:
    if not isinstance(event, dict):
        raise CommandError(f"{where} is no JSON object")
    return cast("Json", event)


def _present(fields: dict[str, Any]) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def _link(text: str) -> Json:
    title, equals, address = text.partition("=")
    if equals and "://" not in title:
        return {"title": title, "url": address}
    return {"url": text}


def _properties(pairs: list[str], whole: str | None) -> Json:
    found: Json = _json(whole, dict, "--properties") or {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{pair!r} is not NAME=TEXT", param_hint="--prop")
        found[name] = value
    return found


def _json(text: str | None, shape: type, option: str) -> Any:  # noqa: ANN401  as the caller's shape says
    if text is None:
        return None
    try:
        value: object = json.loads(text)
    except ValueError as exc:
        raise typer.BadParameter(f"is no JSON: {exc}", param_hint=option) from exc
    if not isinstance(value, shape):
        raise typer.BadParameter(f"is no JSON {'object' if shape is dict else 'list'}", param_hint=option)
    return value
