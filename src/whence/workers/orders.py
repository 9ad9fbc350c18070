"""What a worker is to do, and what it needs to know; it travels from process to process."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from whence.store.pool import Address

Work = Callable[["Orders", Sequence[socket.socket], Connection], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """For one worker.

    `work`: a function of a module, for only those travel. `grpc`: the IP addresses and the port where all speak it.
    `is_first`: the service begins with it.
    """

    work: Work
    grpc: tuple[Sequence[str], int]
    database: Address
    is_first: bool

    def carry_out(self, sockets: Sequence[socket.socket], link: Connection) -> None:
        """Work until told to stop."""
        self.work(self, sockets, link)
