"""`whence account`: tenants, for who has the machine in hand."""

import re
from typing import Annotated

import typer
from rich.text import Text

from whence.cli.options import DataDir, new_name
from whence.cli.output import Style, indented, plain, say, stdout, table, write

app = typer.Typer(name="account", help="Tenants.", no_args_is_help=True)

_AS_INSTALLED = "default"
_MOST_DAYS = 36_500  # as `domain.retention` has it, for which nobody is to wait who wants help

Name = Annotated[str, typer.Argument(help="What it is called.", metavar="NAME", show_default=False)]
NewName = Annotated[str, typer.Argument(parser=new_name, help="What it is called.", metavar="NAME", show_default=False)]
Format = Annotated[Style, typer.Option("--output", "-o", help="For people, or for programs.")]


def days(text: str) -> int:
    """So many, or 0 for as many as the installation says."""
    if text == _AS_INSTALLED:
        return 0
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= _MOST_DAYS:
        raise typer.BadParameter(f"must be 1 to {_MOST_DAYS}, or {_AS_INSTALLED}")
    return int(text)


@app.callback()
def noun() -> None:
    """Tenants."""


@app.command("list")
def list_(data_dir: DataDir = None, output: Format = Style.TEXT) -> None:
    """Every account, with how long it is kept."""
    from whence.cli import house, tenants  # noqa: PLC0415  only who opens the database waits for the server's imports

    asked = house.settings(data_dir=data_dir)
    found = house.finish(asked, tenants.work(asked, lambda accounts: accounts.every()))
    rows = [tenants.shown(asked, one) for one in found]
    if output is Style.JSON:
        write(indented({"accounts": rows}))
        return
    lines = table("name", "state", "days", "kept from", "created")
    for row in rows:
        cells = (row["name"], row["state"], row["retention_days"], row["kept_from"], row["created_at"])
        lines.add_row(*(Text(plain(cell)) for cell in cells))
    stdout().print(lines)


@app.command()
def create(name: NewName, data_dir: DataDir = None, output: Format = Style.TEXT) -> None:
    """Make an account. `whence token create --account NAME` makes what opens it."""
    from whence.cli import house, tenants  # noqa: PLC0415  as above

    asked = house.settings(data_dir=data_dir)
    made = house.finish(asked, tenants.work(asked, lambda accounts: accounts.create(None, name), makes=True))
    write(str(made.id) if output is Style.TEXT else indented(tenants.shown(asked, made)))


@app.command()
def retention(
    name: Name,
    kept: Annotated[
        int,
        typer.Argument(
            parser=days, metavar="DAYS", help="1 to 36500, or `default`: as the installation says.", show_default=False
        ),
    ],
    data_dir: DataDir = None,
    output: Format = Style.TEXT,
) -> None:
    """Say how many days of an account are kept, also more than of others. What was dropped does not come back."""
    from whence.cli import house, tenants  # noqa: PLC0415  as above

    asked = house.settings(data_dir=data_dir)
    changed = house.finish(asked, tenants.work(asked, lambda accounts: accounts.keep_of(None, name, kept or None)))
    row = tenants.shown(asked, changed)
    if output is Style.JSON:
        write(indented(row))
        return
    say(f"{plain(name)} is kept for {row['retention_days']} days: from {row['kept_from']} on")


@app.command()
def delete(
    name: Name,
    confirm: Annotated[str, typer.Option(help="The name once more.", metavar="NAME", show_default=False)],
    data_dir: DataDir = None,
    output: Format = Style.TEXT,
) -> None:
    """Delete an account with everything in it. Nothing opens it from now on; a server removes its rows."""
    from whence.cli import house, tenants  # noqa: PLC0415  as above

    if confirm != name:
        raise typer.BadParameter("is not the name of the account", param_hint="--confirm")
    asked = house.settings(data_dir=data_dir)
    deleted = house.finish(asked, tenants.work(asked, lambda accounts: accounts.delete(None, name, confirm=confirm)))
    if output is Style.JSON:
        write(indented(tenants.shown(asked, deleted)))
        return
    say(f"{plain(name)} is being deleted; `whence account list` shows it until that is done")
