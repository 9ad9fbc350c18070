"""`whence events`: what happened, as a table or a file, or as it happens."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from whence.cli import following, listing
from whence.cli.client import Client
from whence.cli.event import Kind, Severity
from whence.cli.options import DEFAULT_URL, Token, Url
from whence.cli.output import Output
from whence.cli.times import instant, moment

_WHICH = "Which (repeated = or, different ones = and)"
_DEFAULT_LIMIT = 100


class Status(StrEnum):
    """Whether a problem still stands."""

    OPEN = "open"
    CLOSED = "closed"


class Order(StrEnum):
    """Newest first, or oldest first."""

    NEWEST = "-time"
    OLDEST = "time"


def events(
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Print events as they come, until Ctrl-C.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            "--from",
            parser=moment,
            metavar="TIME",
            help="RFC 3339, epoch ms, or 2h ago; else 24 h before --to.",
        ),
    ] = None,
    to: Annotated[
        datetime | None, typer.Option("--to", "--until", parser=moment, metavar="TIME", help="Else now.")
    ] = None,
    entity: Annotated[
        list[str] | None, typer.Option("--entity", "-e", help="An id or a tag.", rich_help_panel=_WHICH)
    ] = None,
    cluster: Annotated[list[str] | None, typer.Option(rich_help_panel=_WHICH)] = None,
    namespace: Annotated[list[str] | None, typer.Option(rich_help_panel=_WHICH)] = None,
    service: Annotated[list[str] | None, typer.Option("--service", "-s", rich_help_panel=_WHICH)] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", rich_help_panel=_WHICH)] = None,
    kind: Annotated[list[Kind] | None, typer.Option(rich_help_panel=_WHICH)] = None,
    severity: Annotated[list[Severity] | None, typer.Option(rich_help_panel=_WHICH)] = None,
    source: Annotated[list[str] | None, typer.Option(rich_help_panel=_WHICH)] = None,
    dialect: Annotated[list[str] | None, typer.Option(help="How it came in.", rich_help_panel=_WHICH)] = None,
    status: Annotated[list[Status] | None, typer.Option(rich_help_panel=_WHICH)] = None,
    problem: Annotated[list[str] | None, typer.Option(help="A problem's id or name.", rich_help_panel=_WHICH)] = None,
    words: Annotated[
        list[str] | None,
        typer.Option("--query", "-q", help="Words that are somewhere in the event.", rich_help_panel=_WHICH),
    ] = None,
    prop: Annotated[
        list[str] | None,
        typer.Option("--prop", "-p", help="A property's value.", metavar="PATH=VALUE", rich_help_panel=_WHICH),
    ] = None,
    order: Annotated[Order | None, typer.Option(help="Newest first, or oldest first.", show_default="-time")] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            min=0,
            help="How many; 0 = all. Following: stop after so many.",
            show_default="100",
        ),
    ] = None,
    output: Annotated[Output, typer.Option("--output", "-o", help="For people, or for programs.")] = Output.TABLE,
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """List what happened, newest first; or follow what happens."""
    repeated = {
        "entity": entity,
        "cluster": cluster,
        "namespace": namespace,
        "service": service,
        "type": type_,
        "kind": kind,
        "severity": severity,
        "source": source,
        "dialect": dialect,
        "status": status,
        "problem": problem,
        "q": words,
    }
    query = [(name, str(value)) for name, values in repeated.items() for value in values or ()]
    query += [_property(pair) for pair in prop or ()]
    if follow:
        if to is not None or order is not None:
            raise typer.BadParameter(
                "goes on and on, in the order of arrival: no --to, no --order", param_hint="--follow"
            )
        with Client(url, token) as client:
            following.follow(client, query, since=since, limit=limit or None, output=output)
        return
    query += [(name, instant(at)) for name, at in (("from", since), ("to", to)) if at is not None]
    if order is not None:
        query.append(("order", order.value))
    most = _DEFAULT_LIMIT if limit is None else limit or None
    with Client(url, token) as client:
        listing.print_events(client, query, limit=most, output=output)


def _property(pair: str) -> tuple[str, str]:
    path, equals, value = pair.partition("=")
    if not equals or not path:
        raise typer.BadParameter(f"{pair!r} is not PATH=VALUE", param_hint="--prop")
    return f"prop.{path}", value
