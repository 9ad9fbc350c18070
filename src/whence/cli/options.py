"""Options that more than one command has."""

import re
from pathlib import Path
from typing import Annotated

import typer

from whence.cli.output import plain

_SERVER = "Server"
_LONGEST_NAME = 200  # as the API has it
_HALF = re.compile("[\ud800-\udfff]")  # of a letter, or a byte that is none of UTF-8: no database takes it


def new_name(text: str) -> str:
    """What an account or a token may be called: what the API takes, in one line.

    Raises:
        BadParameter: nobody could tell by it what is meant.
    """
    if not text.strip() or len(text) > _LONGEST_NAME or plain(text) != text or _HALF.search(text):
        raise typer.BadParameter(
            f"must have 1 to {_LONGEST_NAME} characters, not all of them blank and none of them a control character"
        )
    return text


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
