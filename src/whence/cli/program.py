"""The command line. Whatever speaks to a running server does so over HTTP; the rest opens its database.

What a command needs of the server (asyncpg, the dialects) is imported when the command runs: `whence --help`
and the shell's completion must not wait for it.
"""

import sys
from typing import Annotated

import typer

from whence import __version__
from whence.cli import account, db, demo, doctor, entity, event, events, output, problems, serve, token, why
from whence.cli.failure import CommandError
from whence.cli.output import tell, write

app = typer.Typer(
    name="whence",
    help="What changed, and what did it break? Events from many senders on one timeline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a crash shows a plain traceback, without the values of variables
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run() -> None:
    """Do what the command line says. Ends the process when that fails."""
    try:
        with output.written():
            app()
    except CommandError as failure:
        tell(failure)
        sys.exit(failure.code)


def _version(asked: bool) -> None:  # noqa: FBT001  typer's way to call back an option
    if asked:
        write(f"whence {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What comes before the command."""


@app.command()
def version() -> None:
    """Print the version."""
    write(f"whence {__version__}")


app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("events")(events.events)
app.command("problems")(problems.problems)
app.command("why")(why.why)
app.command("doctor")(doctor.doctor)
app.add_typer(event.app)
app.add_typer(entity.app)
app.add_typer(account.app)
app.add_typer(token.app)
app.add_typer(db.app)
