"""`whence entity import`: the service catalogue, from files that teams have already."""

from pathlib import Path
from typing import Annotated

import typer

from whence.cli import importing
from whence.cli.client import Client
from whence.cli.options import DEFAULT_URL, Token, Url
from whence.cli.output import Style

app = typer.Typer(name="entity", help="Services, hosts and what else is monitored.", no_args_is_help=True)


@app.callback()
def noun() -> None:
    """Services, hosts and what else is monitored."""


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE.yaml…", help="YAML or JSON, any number of documents a file; `-` for stdin."),
    ],
    output: Annotated[
        Style, typer.Option("--output", "-o", help="A summary for people, or for programs.")
    ] = Style.TEXT,
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """Register what Cortex descriptors, Backstage catalog-info files and native YAML describe.

    Documents may stand in any order; the same files again change nothing. Exit code 1 when any was refused.
    """
    with Client(url, token) as client:
        importing.import_files(client, files, output=output)
