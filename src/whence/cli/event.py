"""`whence event send`: one event from options, or many from a file or a pipe."""

import json
import re
import sys
from codecs import BOM_UTF8
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
from whence.cli.sending import Part
from whence.cli.times import instant, moment

app = typer.Typer(name="event", help="Single events.", no_args_is_help=True)

_MANY = "With --file"
_SCOPE = "Whom it concerns (nothing: every service)"
_KEY = "[!-~]([ -~]*[!-~])?"  # as the API has it: HTTP takes away the blanks around it
_LONGEST_KEY = 200
_LONGEST_KEY_OF_MANY = 190  # each request has a number behind it
_NO_JSON = (ValueError, RecursionError)


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
    once = _key(idempotency_key, most=_LONGEST_KEY if path is None else _LONGEST_KEY_OF_MANY)
    if path is not None:
        if given:
            raise typer.BadParameter("a file's events are complete: no other field goes with them", param_hint="--file")
        with Client(url, token) as client:
            sending.many(client, _read(path), key=once, output=output)
        return
    if title is None:
        raise typer.BadParameter("an event has one (or give events by --file)", param_hint="--title")
    with Client(url, token) as client:
        sending.one(client, given, key=once, output=output)


def _file(argument: str | None, option: Path | None) -> Path | None:
    if argument is None:
        return option
    if argument != "-" or option is not None:
        raise typer.BadParameter(f"{argument!r} is too much; only `-` may stand here", param_hint="-")
    return Path("-")


def _read(path: Path) -> list[Part]:
    """Each event, and the line on which it begins; of a JSON list, which of its items it is."""
    try:
        text = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as exc:
        raise CommandError(f"{path} cannot be read: {exc.strerror}") from exc
    try:
        whole: object = json.loads(text)
    except _NO_JSON:
        return _lines(path, text)
    if isinstance(whole, list):
        items = cast("list[object]", whole)
        return [Part("item", number, json.dumps(item).encode()) for number, item in enumerate(items, 1)]
    return [Part("line", 1, json.dumps(whole).encode())]


def _lines(path: Path, text: bytes) -> list[Part]:
    """The lines as they are, for the server to tell what is wrong with one.

    Raises:
        CommandError: they are not meant as NDJSON, but are pieces of something else.
    """
    numbered = enumerate(text.removeprefix(BOM_UTF8).split(b"\n"), 1)
    parts = [Part("line", number, line) for number, line in numbered if line.strip()]
    if parts and (fault := _fault(parts[0].body)):
        begins_a_list = parts[0].body.lstrip().startswith(b"[")
        if begins_a_list or not any(_is_object(part.body) for part in parts):
            raise CommandError(
                f"{path}:{parts[0].number} is no JSON: {fault}", remedy="one JSON object a line, or a JSON list"
            )
    return parts


def _fault(line: bytes) -> str:
    """Why it is no JSON; nothing when it is."""
    try:
        json.loads(line)
    except _NO_JSON as exc:
        return str(exc)
    return ""


def _is_object(line: bytes) -> bool:
    return line.lstrip().startswith(b"{") and not _fault(line)


def _key(given: str | None, *, most: int) -> str:
    """The idempotency key that was given, else one that nobody has."""
    if given is None:
        return str(uuid4())
    if len(given) > most or not re.fullmatch(_KEY, given):
        raise typer.BadParameter(f"must have 1 to {most} characters of printable ASCII", param_hint="--idempotency-key")
    return given


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
    except _NO_JSON as exc:
        raise typer.BadParameter(f"is no JSON: {exc}", param_hint=option) from exc
    if not isinstance(value, shape):
        raise typer.BadParameter(f"is no JSON {'object' if shape is dict else 'list'}", param_hint=option)
    return value
