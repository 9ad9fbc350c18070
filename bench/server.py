"""The server under test, in a process of its own: `python -m bench.server DIR`."""

import json
from pathlib import Path

import typer
import uvloop

from bench.child import TOKEN
from whence.listen import Addresses, serve
from whence.server import House
from whence.settings import Settings, load
from whence.telemetry import configure_logging


def main(data_dir: Path) -> None:
    """Serve on any free port, and say which."""
    configure_logging("json")
    settings = load(data_dir=data_dir, port=0, grpc_port=0, bootstrap_token=TOKEN)
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async def started(_: House, addresses: Addresses) -> None:
        print(json.dumps({"url": addresses.http}), flush=True)

    await serve(settings, started=started)


if __name__ == "__main__":
    typer.run(main)
