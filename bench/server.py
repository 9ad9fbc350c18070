"""The server under test, in a process of its own: `python -m bench.server DIR`."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from bench.child import TOKEN
from whence import background
from whence.listen import Addresses, serve
from whence.server import House
from whence.settings import Settings, load
from whence.telemetry import configure_logging


def main(
    data_dir: Path,
    ungrouped: Annotated[bool, typer.Option(help="Make no problems of alerts.")] = False,  # noqa: FBT002  typer makes a flag of it
) -> None:
    """Serve on any free port, and say which."""
    if ungrouped:
        background.GROUPING = timedelta(days=1)
    configure_logging("json")
    settings = load(data_dir=data_dir, port=0, grpc_port=0, bootstrap_token=TOKEN)
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async def started(_: House, addresses: Addresses) -> None:
        print(json.dumps({"url": addresses.http}), flush=True)

    await serve(settings, started=started)


if __name__ == "__main__":
    typer.run(main)
