"""How a server is told to end, and how long it may take."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

GRACE_SECONDS: Final = 10  # for requests that are under way when the server is told to stop

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

Told = Callable[[Callable[[], None]], AbstractContextManager[None]]


@contextmanager
def told_by_signals(stop: Callable[[], None]) -> Generator[None]:
    """While the block runs, SIGINT and SIGTERM call `stop`."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
