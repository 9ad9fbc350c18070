"""A worker's process, as its parent sees it."""

import asyncio
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.resource_tracker import ensure_running
from typing import Final, Self

import structlog

from whence.workers.begin import begin
from whence.workers.orders import Orders

_SPAWN: Final = get_context("spawn")  # a fork would inherit our threads' locks without the threads
_UNHEARD: Final = frozenset({signal.SIGINT, signal.SIGHUP, signal.SIGTERM})

log = structlog.get_logger()


class Worker:
    """A process that works from now on.

    `number`: by which it counts. `ready`: it takes requests. `ended`: it is gone; `code` says how, below zero by which
    signal.

    Args:
        sockets: where it listens; ours stay open.
        gone: called when it has ended.
    """

    def __init__(
        self, number: int, sockets: Sequence[socket.socket], orders: Orders, *, gone: Callable[[Self], None]
    ) -> None:
        self.number = number
        self.ready = asyncio.Event()
        self.ended = asyncio.Event()
        self.code = 0
        self._tell = gone
        self._loop = asyncio.get_running_loop()
        self._link, there = _SPAWN.Pipe()
        # A daemon: should we break, it is told to stop, and not waited for.
        self._process = _SPAWN.Process(target=begin, args=(number, list(sockets), there), daemon=True)
        with _deaf():
            self._process.start()
        there.close()
        self.pid = self._process.pid
        self._loop.add_reader(self._link.fileno(), self._heard)
        self._loop.add_reader(self._process.sentinel, self._gone)
        with suppress(BrokenPipeError):  # it ended at once, and we shall hear of it
            self._link.send(orders)

    def stop(self) -> None:
        """It finishes the requests that are under way, and ends."""
        if not self.ended.is_set():
            self._process.terminate()

    def kill(self) -> None:
        """It ends at once."""
        if not self.ended.is_set():
            self._process.kill()

    def is_at_work(self) -> bool:
        """Whether it takes requests, and has not ended."""
        return self.ready.is_set() and not self.ended.is_set()

    async def settled(self) -> bool:
        """Return when it takes requests, and say so; or when it has ended."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (self.ready, self.ended)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        return not self.ended.is_set()

    def _heard(self) -> None:
        """It says one thing, and closes the link when it ends."""
        try:
            self._link.recv_bytes()
        except (EOFError, OSError):
            self._loop.remove_reader(self._link.fileno())
        else:
            log.info("worker.started", number=self.number, pid=self.pid)
            self.ready.set()

    def _gone(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        self._loop.remove_reader(self._link.fileno())
        self._process.join()
        self.code = self._process.exitcode or 0
        self._process.close()
        self._link.close()
        self.ended.set()
        self._tell(self)


@contextmanager
def _deaf() -> Generator[None]:
    """Processes that are begun in the block never hear what a terminal tells all: Ctrl-C is for their parent.

    SIGTERM waits until they listen to it, see `Post.told`: then they end in order, however early they are told.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _UNHEARD)
    try:
        ensure_running()  # a process of the library's, which it begins with the first of ours if it does not run
        signal.pthread_sigmask(signal.SIG_BLOCK, _UNHEARD)  # which has let them through
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
