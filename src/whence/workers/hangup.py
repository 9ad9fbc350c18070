"""SIGHUP: the terminal has gone, or, where there was none, somebody wants processes to be replaced."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def told_to_renew(renew: Callable[[], None], *, stop: Callable[[], None]) -> Generator[None]:
    """While the block runs, SIGHUP calls `renew`; with a terminal, which has gone then, it calls `stop`."""
    loop = asyncio.get_running_loop()
    has_terminal = sys.stderr.isatty()  # one that has gone says that it is none

    def hung_up() -> None:
        if not has_terminal:
            renew()
            return
        if not sys.stderr.isatty():
            _say_no_more()
        stop()

    loop.add_signal_handler(signal.SIGHUP, hung_up)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _say_no_more() -> None:
    """Log lines go nowhere from now on: one that could not be written would keep us from ending in order."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)
