"""The server under test, in a process of its own: `python -m bench.server DIR`; with `WHENCE_WORKERS`, in several."""

import json
import socket
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from bench.child import TOKEN
from whence import background
from whence.listen import Addresses, Shared, serve
from whence.server import House
from whence.settings import Settings, load
from whence.telemetry import configure_logging
from whence.workers.orders import Orders
from whence.workers.post import Post
from whence.workers.supervise import supervise


def main(
    data_dir: Path,
    ungrouped: Annotated[bool, typer.Option(help="Make no problems of alerts.")] = False,  # noqa: FBT002  typer makes a flag of it
) -> None:
    """Serve on any free port, and say which: each process that serves does."""
    configure_logging("json")
    settings = load(data_dir=data_dir, port=0, grpc_port=0, bootstrap_token=TOKEN)
    if settings.workers == 1:
        _prepare(ungrouped=ungrouped)
        uvloop.run(serve(settings, started=_say))
    else:
        uvloop.run(supervise(settings, settings.workers, partial(_work, settings, ungrouped)))


def _work(
    settings: Settings,
    ungrouped: bool,  # noqa: FBT001  it travels in a partial
    orders: Orders,
    sockets: Sequence[socket.socket],
    link: Connection,
) -> None:
    post = Post(link=link)

    async def started(house: House, addresses: Addresses) -> None:
        post.ready()
        await _say(house, addresses)

    _prepare(ungrouped=ungrouped)
    shared = Shared(sockets=sockets, grpc=orders.grpc, database=orders.database)
    uvloop.run(serve(settings, started=started, shared=shared, told=post.told))


def _prepare(*, ungrouped: bool) -> None:
    configure_logging("json")
    if ungrouped:
        background.GROUPING = timedelta(days=1)


async def _say(_: House, addresses: Addresses) -> None:
    print(json.dumps({"url": addresses.http}), flush=True)


if __name__ == "__main__":
    typer.run(main)
