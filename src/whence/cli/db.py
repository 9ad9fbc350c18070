"""`whence db`: the schema, brought up to this release, and put on the nodes of a cluster."""

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


@app.command()
def distribute(data_dir: DataDir = None) -> None:
    """Put the tables on the nodes of a Citus cluster, by the account. Doing it again changes nothing."""
    from whence.cli import house, spreading  # noqa: PLC0415  only who opens the database waits for the server's imports

    asked = house.settings(data_dir=data_dir)
    house.finish(asked, spreading.spread(asked))
