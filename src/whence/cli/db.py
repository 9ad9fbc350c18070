"""`whence db upgrade`: the schema, brought up to this release."""

import typer

from whence.cli.options import DataDir

app = typer.Typer(name="db", help="The database.", no_args_is_help=True)


@app.callback()
def noun() -> None:
    """The database."""


@app.command()
def upgrade(data_dir: DataDir = None) -> None:
    """Bring the schema up to this release. `whence serve` does so too; here you see it, and when."""
    from whence.cli import house, upgrading  # noqa: PLC0415  only who opens the database waits for the server's imports

    asked = house.settings(data_dir=data_dir)
    house.finish(asked, upgrading.upgrade(asked))
