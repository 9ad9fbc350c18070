"""Runs the server in this process, alone or as one of several, and says where it is."""

import os
import socket
import sys
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Final

import structlog
import uvloop
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from whence.cli.failure import CommandError
from whence.cli.house import explained
from whence.cli.output import stderr, tell
from whence.ending import told_by_signals
from whence.listen import Addresses, Shared, serve
from whence.server import House
from whence.settings import Settings
from whence.telemetry import configure_logging
from whence.workers.hangup import told_to_renew
from whence.workers.orders import Orders
from whence.workers.post import Post

Started = Callable[[Settings, House, Addresses], Coroutine[None, None, None]]

_KEEP: Final = "Keep this token: it may do everything, and is not shown again."

log = structlog.get_logger()


def alone(asked: Settings, started: Started) -> None:
    """Serve until told to stop; `started` says where.

    Raises:
        CommandError: it cannot start; with a remedy.
    """
    with explained(asked):
        uvloop.run(serve(asked, started=partial(started, asked), told=_told_alone))


@contextmanager
def _told_alone(stop: Callable[[], None]) -> Generator[None]:
    """While the block runs, SIGINT and SIGTERM call `stop`, and so does the end of the terminal.

    There is nobody to take over while another one begins, so who asks for that is told, and nothing changes.
    """
    with told_by_signals(stop), told_to_renew(lambda: log.warning("worker.alone", pid=os.getpid()), stop=stop):
        yield


def as_one(
    asked: Settings, started: Started, orders: Orders, sockets: Sequence[socket.socket], link: Connection
) -> None:
    """Be one of several processes that serve; the first says where."""
    configure_logging(asked.log_format)
    post = Post(link=link)

    async def up(house: House, addresses: Addresses) -> None:
        if orders.is_first:
            await started(asked, house, addresses)
        post.ready()

    try:
        with explained(asked):
            shared = Shared(sockets=sockets, grpc=orders.grpc, database=orders.database)
            uvloop.run(serve(asked, started=up, shared=shared, told=post.told))
    except CommandError as failure:
        tell(failure)
        sys.exit(failure.code)


async def announce(_settings: Settings, house: House, addresses: Addresses) -> None:
    """Say where the server is and, once in its life, how to get in."""
    facts = places(addresses)
    if house.first_token is not None:
        facts["Token"] = house.first_token
    show("whence is serving", facts, note=_KEEP if house.first_token is not None else "")


def places(addresses: Addresses) -> dict[str, str]:
    """Where the server is, as it is typed on this machine."""
    where = reachable(addresses.http)
    over_grpc = {"gRPC": reachable(f"grpc://{addresses.grpc}")} if addresses.grpc else {}
    return {"Address": where, **over_grpc, "API": f"{where}/v1/docs"}


def reachable(address: str) -> str:
    """The address as it is typed on this machine: one that stands for all of them is no place to go to."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def show(title: str, facts: dict[str, str], *, note: str = "") -> None:
    """Facts for whoever started the server, on stderr: framed on a terminal, else a line each."""
    console = stderr()
    if not console.is_terminal:
        for name, fact in facts.items():
            console.print(Text(f"{name}: {fact}"))
        if note:
            console.print(Text(note))
        return
    grid = Table.grid(padding=(0, 2))
    for name, fact in facts.items():
        grid.add_row(Text(name, "bold"), Text(fact, "cyan", overflow="fold"))
    if note:
        grid.add_row(Text(), Text(note, "yellow"))
    console.print(Panel(grid, title=title, title_align="left", border_style="green", expand=False))
