"""Options that more than one command has."""

from pathlib import Path
from typing import Annotated

import typer

_SERVER = "Server"

Url = Annotated[
    str,
    typer.Option(envvar="WHENCE_URL", help="Where the server is.", rich_help_panel=_SERVER, metavar="URL"),
]
Token = Annotated[
    str,
    typer.Option(
        envvar="WHENCE_TOKEN",
        help="A token of the account; `whence token create` makes one.",
        rich_help_panel=_SERVER,
        metavar="TOKEN",
        show_default=False,
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Where the embedded PostgreSQL keeps its files (WHENCE_DATA_DIR).",
        metavar="DIR",
        show_default=False,
    ),
]

DEFAULT_URL = "http://127.0.0.1:8080"
