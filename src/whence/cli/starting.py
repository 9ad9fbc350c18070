"""Begins to serve, in one process or in several.

The parent of several serves nobody, and imports nothing of the server: that is half a second, and 50 MB.
"""

import socket
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import Literal

import uvloop

from whence.cli.counting import FEWER, excess, processes
from whence.cli.failure import CommandError, Exit
from whence.cli.house import explained, settings
from whence.settings import Settings
from whence.telemetry import configure_logging
from whence.workers.crew import WorkerError
from whence.workers.orders import Orders
from whence.workers.supervise import supervise

Occasion = Literal["service", "demo"]


def run(given: dict[str, object], occasion: Occasion) -> None:
    """Serve with these settings until told to stop.

    Raises:
        CommandError: it cannot start; with a remedy.
    """
    asked = settings(**given)
    count = _processes(asked)
    configure_logging(asked.log_format)
    if count == 1:
        _alone(asked, occasion)
        return
    with explained(asked):
        try:
            uvloop.run(supervise(asked, count, partial(_work, asked, occasion)))
        except WorkerError as exc:
            if exc.code < 0:
                raise CommandError(str(exc), remedy="whence doctor") from exc
            sys.exit(exc.code)  # it has said why


def _alone(asked: Settings, occasion: Occasion) -> None:
    from whence.cli import running, showing  # noqa: PLC0415  only who serves waits for the server's imports

    running.alone(asked, showing.show_around if occasion == "demo" else running.announce)


def _work(
    asked: Settings, occasion: Occasion, orders: Orders, sockets: Sequence[socket.socket], link: Connection
) -> None:
    from whence.cli import running, showing  # noqa: PLC0415  the same

    started = showing.show_around if occasion == "demo" else running.announce
    running.as_one(asked, started, orders, sockets, link)


def _processes(asked: Settings) -> int:
    """How many are to serve.

    Raises:
        CommandError: more than the embedded PostgreSQL has connections for.
    """
    if too_many := excess(asked):
        raise CommandError(too_many, remedy=FEWER, code=Exit.USAGE)
    return processes(asked)
