"""`whence token create`: who has the machine in hand may let others in."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from whence.cli.options import DataDir, new_name
from whence.cli.output import Style, indented, write
from whence.cli.times import stretch
from whence.domain.access import MOST_A_MINUTE

if TYPE_CHECKING:
    from whence.domain.access import Right

app = typer.Typer(name="token", help="Credentials.", no_args_is_help=True)


class Format(StrEnum):
    """What the token looks like; both are checked the same way."""

    OPAQUE = "opaque"
    JWT = "jwt"


class Sees(StrEnum):
    """Which events a vendor's own API shows to the token."""

    OWN = "own"
    ALL = "all"


@app.callback()
def noun() -> None:
    """Credentials."""


@app.command()
def create(
    name: Annotated[
        str,
        typer.Option(parser=new_name, metavar="TEXT", help="What to call it, for people.", show_default=False),
    ],
    account: Annotated[
        str, typer.Option(parser=new_name, metavar="TEXT", help="The account it opens; made if need be.")
    ] = "default",
    rights: Annotated[
        str, typer.Option(help="Parted by commas: read, write, admin, or single ones such as events:write.")
    ] = "read,write",
    sees: Annotated[
        Sees, typer.Option(help="Which events a vendor's API shows: those that came in through it, or all.")
    ] = Sees.OWN,
    format_: Annotated[
        Format, typer.Option("--format", help="`jwt` for clients that decode their key.")
    ] = Format.OPAQUE,
    expires_in: Annotated[
        timedelta | None,
        typer.Option(parser=stretch, metavar="90d", help="Good for how long; else for ever."),
    ] = None,
    rate_per_minute: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_A_MINUTE, help="Requests a minute; else the server's own limit.", show_default=False
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIALECT.OPTION=TEXT",
            help="What the token decides differently from the installation; may be repeated.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
    output: Annotated[Style, typer.Option("--output", "-o", help="The token alone, or all about it.")] = Style.TEXT,
) -> None:
    """Make a token and print it, alone, on stdout. It cannot be had again. Works beside a running server."""
    from whence.cli import house, letting  # noqa: PLC0415  only who opens the database waits for the server's imports

    chosen = _rights(rights)
    expires_at = None if expires_in is None else datetime.now(UTC) + expires_in
    wanted = letting.Wanted(
        name=name,
        account=account,
        rights=chosen,
        sees=sees.value,
        style=format_.value,
        expires_at=expires_at,
        rate_per_minute=rate_per_minute,
        options=_options(option or []),
    )
    if faults := wanted.faults():
        said = "; ".join(f"{fault.path.removeprefix('options.')}: {fault.message}" for fault in faults)
        raise typer.BadParameter(said, param_hint="--option")
    asked = house.settings(data_dir=data_dir)
    made, secret = house.finish(asked, letting.create(asked, wanted))
    if output is Style.TEXT:
        write(secret)
        return
    write(indented(letting.shown(made, secret)))


def _options(given: list[str]) -> dict[str, dict[str, str]]:
    options: dict[str, dict[str, str]] = {}
    for one in given:
        name, equals, text = one.partition("=")
        dialect, dot, option = name.partition(".")
        if not (equals and dot and dialect and option):
            raise typer.BadParameter(f"{one} is not of the form DIALECT.OPTION=TEXT", param_hint="--option")
        if options.setdefault(dialect, {}).setdefault(option, text) != text:
            raise typer.BadParameter(f"{name} is given twice", param_hint="--option")
    return options


def _rights(text: str) -> "frozenset[Right]":
    from whence.domain.access import Right  # noqa: PLC0415  as above

    shorthands = {
        "read": {Right.READ_EVENTS, Right.READ_ENTITIES},
        "write": {Right.WRITE_EVENTS, Right.WRITE_ENTITIES, Right.WRITE_PROBLEMS},
        "admin": {Right.ADMIN},
    }
    known = {**shorthands, **{right.value: {right} for right in Right}}
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise typer.BadParameter(
            f"{', '.join(unknown) or 'nothing'} is no right; there are {', '.join(known)}",
            param_hint="--rights",
        )
    return frozenset(right for name in names for right in known[name])
