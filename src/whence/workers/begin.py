"""Where a worker's process begins."""

import socket
from collections.abc import Sequence
from multiprocessing.connection import Connection

from whence import counters


def begin(number: int, sockets: Sequence[socket.socket], link: Connection) -> None:
    """Do what the parent says over the link, counting by that number."""
    counters.count_as(number)
    try:
        orders = link.recv()  # which imports what they are about: only here it may
    except EOFError:  # the parent has gone again
        return
    orders.carry_out(sockets, link)
