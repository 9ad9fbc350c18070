"""`whence problems`: what is wrong, and what was: alerts that share a cause, the last opened first."""

from enum import StrEnum
from typing import Annotated

import typer

from whence.cli import surveying
from whence.cli.client import Client
from whence.cli.options import DEFAULT_URL, Token, Url

_DEFAULT_LIMIT = 100


class State(StrEnum):
    """Whether it goes on."""

    OPEN = "open"
    CLOSED = "closed"


class Shown(StrEnum):
    """For people, or for programs."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"


def problems(
    *,
    state: Annotated[list[State] | None, typer.Option(help="Which; else all.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="How many at most; 0 = all.")] = _DEFAULT_LIMIT,
    output: Annotated[Shown, typer.Option("--output", "-o", help="For people, or for programs.")] = Shown.TABLE,
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """List problems, the last opened first: alerts that share a cause, whom they affect and what caused them."""
    query = [("state", one.value) for one in state or ()]
    with Client(url, token) as client:
        found = surveying.pages(client, query, limit=limit or None)
        match output:
            case Shown.TABLE:
                surveying.print_table(found)
            case Shown.JSON:
                surveying.print_json(found)
            case Shown.NDJSON:
                surveying.print_lines(found)
