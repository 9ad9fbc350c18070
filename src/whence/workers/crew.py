"""The workers together: who is lost is replaced, and all end together."""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

import structlog

from whence import counters
from whence.ending import GRACE_SECONDS
from whence.sockets import beside
from whence.workers.orders import Orders
from whence.workers.worker import Worker

_PATIENCE: Final = 2.0 * GRACE_SECONDS  # for a worker's end: requests, then what it does by itself
_PAUSES: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before the next one, when one after the other is lost
_STEADY_SECONDS: Final = 60.0  # who worked that long was not lost for the reason that the one before was

log = structlog.get_logger()


class WorkerError(Exception):
    """A worker could not even start; it has said why, if it could. `code`: how it ended, below zero by which signal."""

    def __init__(self, code: int) -> None:
        self.code = code
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        super().__init__(f"a worker ended at its start {how}")


@dataclass(slots=True, kw_only=True, eq=False)
class _Seat:
    """A worker's place, whoever has it. It has sockets while there is somebody to take from them, or soon will be."""

    sockets: list[socket.socket]
    worker: Worker
    losses: int = 0  # one after the other


class Crew:
    """So many workers, at work from `run` on.

    Args:
        reserved: the sockets of the port on which all listen.
        orders: for a worker; whether it is the first of the service.
    """

    def __init__(self, count: int, *, reserved: Sequence[socket.socket], orders: Callable[[bool], Orders]) -> None:
        self._count = count
        self._reserved = reserved
        self._orders = orders
        self._seats: list[_Seat] = []
        self._free = set(range(count + 1))  # numbers: where one is replaced there are two
        self._working: set[Worker] = set()
        self._asked = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until told to stop. The first worker starts alone: what keeps it from starting would keep all.

        Raises:
            WorkerError: the first one did not start, or another of the first could not; nobody works any more.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._renew())
                first = self._seated(is_first=True)
                group.create_task(self._keep(first))
                if await first.worker.settled() and not self._stopping.is_set():
                    for _ in range(1, self._count):
                        group.create_task(self._keep(self._seated()))
        except BaseExceptionGroup as exc:
            raise exc.exceptions[0] from None
        finally:
            self._end()
            await asyncio.gather(*(worker.ended.wait() for worker in self._working))

    def stop(self) -> None:
        """All finish the requests that are under way, and end; told a second time, they end at once."""
        if self._stopping.is_set():
            self._kill_all()
        self._end()

    def renew(self) -> None:
        """Each worker makes way for a new one, one after the other: it ends when the new one takes requests."""
        self._asked.set()

    def _end(self) -> None:
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._asked.set()
        asyncio.get_running_loop().call_later(_PATIENCE, self._kill_all)
        for seat in self._seats:
            _close(seat)
        for worker in self._working:
            worker.stop()

    def _kill_all(self) -> None:
        for worker in self._working:
            _kill(worker)

    async def _renew(self) -> None:
        while not self._stopping.is_set():
            await self._asked.wait()
            self._asked.clear()
            for seat in tuple(self._seats):
                if not self._stopping.is_set() and seat.worker.is_at_work():  # else the next is a new one anyway
                    await self._replace(seat)

    async def _replace(self, seat: _Seat) -> None:
        successor = self._begin(seat.sockets)
        if not await successor.settled():
            if not self._stopping.is_set():
                log.error("worker.unable", number=successor.number, pid=successor.pid, code=successor.code)
            return
        old, seat.worker = seat.worker, successor  # `old` may be new, too: the one before was lost
        old.stop()
        try:
            await asyncio.wait_for(old.ended.wait(), _PATIENCE)
        except TimeoutError:
            _kill(old)
            await old.ended.wait()  # its number is free then

    async def _keep(self, seat: _Seat) -> None:
        """There is a worker on the seat until told to stop.

        Raises:
            WorkerError: its first one could not even start. One that was killed by then is lost as any other; only of
                the very first, before whom nobody works, is it told.
        """
        if not await seat.worker.settled() and not self._stopping.is_set():
            code = seat.worker.code or -signal.SIGTERM  # who ends well was told to
            if code > 0 or seat is self._seats[0]:
                raise WorkerError(code)
        while not self._stopping.is_set():
            worker, began = seat.worker, monotonic()
            await worker.ended.wait()
            if seat.worker is worker and not self._stopping.is_set():
                await self._refill(seat, lasted=monotonic() - began)

    async def _refill(self, seat: _Seat, *, lasted: float) -> None:
        """Another worker has begun in the place of a lost one, unless all are stopping.

        Whoever connects meanwhile waits for it. When one is lost after the other nobody waits: the rest take them.
        """
        lost = seat.worker
        if lasted > _STEADY_SECONDS:
            seat.losses = 0
        pause = _PAUSES[min(seat.losses, len(_PAUSES) - 1)]
        seat.losses += 1
        log.error("worker.lost", number=lost.number, pid=lost.pid, code=lost.code, again_in_s=pause)
        if pause:
            _close(seat)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
        if self._stopping.is_set():
            return
        seat.sockets = seat.sockets or beside(self._reserved)
        if seat.worker is lost:  # else one that was to replace it has come meanwhile
            seat.worker = self._begin(seat.sockets)

    def _seated(self, *, is_first: bool = False) -> _Seat:
        sockets = beside(self._reserved)
        seat = _Seat(sockets=sockets, worker=self._begin(sockets, is_first=is_first))
        self._seats.append(seat)
        return seat

    def _begin(self, sockets: Sequence[socket.socket], *, is_first: bool = False) -> Worker:
        number = min(self._free)
        worker = Worker(number, sockets, self._orders(is_first), gone=self._gone)
        self._free.remove(number)
        self._working.add(worker)
        return worker

    def _gone(self, worker: Worker) -> None:
        counters.forget(worker.number)
        self._free.add(worker.number)
        self._working.discard(worker)


def _close(seat: _Seat) -> None:
    for one in seat.sockets:
        one.close()
    seat.sockets = []


def _kill(worker: Worker) -> None:
    log.warning("worker.killed", number=worker.number, pid=worker.pid)
    worker.kill()
