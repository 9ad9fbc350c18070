"""The server that cases are sent to, in a process of its own: `python -m bench.rca.server DIR`.

It keeps events for a century: the cases are years old, and must be taken as any others.
"""

import json
from pathlib import Path
from typing import Final

import typer
import uvloop

from bench.child import TOKEN
from whence.listen import Addresses, serve
from whence.server import House
from whence.settings import Settings, load
from whence.telemetry import configure_logging

_RETENTION_DAYS: Final = 36_500  # the longest there is


def main(data_dir: Path) -> None:
    """Serve on any free port, and say which."""
    configure_logging("json")
    settings = load(
        data_dir=data_dir, port=0, grpc_port=0, bootstrap_token=TOKEN, retention_days=_RETENTION_DAYS, rate_per_minute=0
    )
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async def started(_: House, addresses: Addresses) -> None:
        print(json.dumps({"url": addresses.http}), flush=True)

    await serve(settings, started=started)


if __name__ == "__main__":
    typer.run(main)
