"""`whence why`: what can have caused what alerts, best first."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from whence.cli import suspecting
from whence.cli.client import Client
from whence.cli.options import DEFAULT_URL, Token, Url
from whence.cli.times import instant, moment, stretch

_PROBLEM = "[pP]-[0-9]+"


class Of(StrEnum):
    """What is asked for: the entities at fault, or the changes."""

    ENTITIES = "entities"
    CHANGES = "changes"


class Shown(StrEnum):
    """For people, or for programs."""

    TABLE = "table"
    JSON = "json"


def why(
    *,
    entity: Annotated[
        str | None,
        typer.Argument(
            help="What suffers: an id, cid, alias or tag; or a problem: P-41. Without it: whatever alerts.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="As of when: RFC 3339, epoch ms, or 2h ago; else now."),
    ] = None,
    lookback: Annotated[
        timedelta | None,
        typer.Option(parser=stretch, metavar="2h", help="How far to look back: 1m to 7d.", show_default="2h"),
    ] = None,
    of: Annotated[Of, typer.Option(help="Who is at fault, or what change.")] = Of.ENTITIES,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=50, help="How many at most.")] = 10,
    output: Annotated[Shown, typer.Option("--output", "-o", help="For people, or for programs.")] = Shown.TABLE,
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """Say what can have caused what alerts: entities or changes, best first, each with its reasons."""
    query = [("of", of.value), ("limit", str(limit))]
    if entity is not None:
        query.append(("problem" if re.fullmatch(_PROBLEM, entity) else "entity", entity))
    if at is not None:
        query.append(("at", instant(at)))
    if lookback is not None:
        query.append(("lookback", f"PT{int(lookback.total_seconds())}S"))
    with Client(url, token) as client:
        suspecting.print_causes(client, query, as_json=output is Shown.JSON)
