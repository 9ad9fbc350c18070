"""How a worker hears of its parent, and answers."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from whence import counters

_READY: Final = b"ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A worker's place, while it works. `link`: to its parent."""

    link: Connection

    def ready(self) -> None:
        """Tell the parent that requests are taken."""
        with suppress(OSError):  # it has gone, which `told` hears of
            self.link.send_bytes(_READY)

    @contextmanager
    def told(self, stop: Callable[[], None]) -> Generator[None]:
        """While the block runs, SIGTERM and the end of the parent call `stop`, once.

        Once: a service manager may tell all processes what the parent tells the workers. Who is in a hurry kills.
        """
        loop = asyncio.get_running_loop()
        is_told = is_orphan = False

        def once() -> None:
            nonlocal is_told
            if not is_told:
                is_told = True
                stop()

        def gone() -> None:  # the parent says nothing: its end of the link is closed
            nonlocal is_orphan
            is_orphan = True
            loop.remove_reader(self.link.fileno())
            once()

        loop.add_signal_handler(signal.SIGTERM, once)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # it may wait since the process began
        loop.add_reader(self.link.fileno(), gone)
        try:
            yield
        finally:
            loop.remove_reader(self.link.fileno())
            loop.remove_signal_handler(signal.SIGTERM)
            if is_orphan:  # nobody else will
                counters.remove()
