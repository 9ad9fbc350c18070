"""Workers that do nothing but live: whoever is lost, and when, there is one worker on each seat, and all end well."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Final

import psutil
import pytest
from structlog.testing import capture_logs

from tests.acceptance.workers import children
from whence import counters
from whence.sockets import beside, closing, reserve
from whence.store.pool import Address
from whence.workers import crew as crews
from whence.workers.crew import Crew, WorkerError
from whence.workers.orders import Orders
from whence.workers.post import Post
from whence.workers.worker import Worker

_SECONDS: Final = 60.0  # on a busy machine, too
_UNABLE: Final = 7


def _live(home: Path, orders: Orders, sockets: Sequence[socket.socket], link: Connection) -> None:
    """Take requests until told to stop; who is not the first, once `home/open` is there, and never if `home/unable`."""
    assert sockets
    if not orders.is_first and (home / "unable").exists():
        raise SystemExit(_UNABLE)

    async def live() -> None:
        told, post = asyncio.Event(), Post(link=link)
        with post.told(told.set):
            (home / f"waits-{os.getpid()}").touch()
            while not (orders.is_first or (home / "open").exists() or told.is_set()):
                await asyncio.sleep(0.01)
            if not told.is_set():
                post.ready()
                (home / f"ready-{os.getpid()}").touch()
            await told.wait()

    asyncio.run(live())


def _orders(home: Path, is_first: bool) -> Orders:  # noqa: FBT001  Crew's own
    return Orders(work=partial(_live, home), grpc=([], 0), database=Address(), is_first=is_first)


@dataclass(frozen=True)
class _House:
    """Where a crew of two works. `running`: until all have ended."""

    home: Path
    crew: Crew
    running: asyncio.Task[None]

    def open(self) -> None:
        """Whoever begins takes requests."""
        (self.home / "open").touch()

    def shut(self) -> None:
        """Whoever begins takes none yet."""
        (self.home / "open").unlink()

    def ready(self) -> list[psutil.Process]:
        """Those that take requests, the oldest first."""
        return [one for one in children(psutil.Process()) if (self.home / f"ready-{one.pid}").exists()]

    def waiting(self) -> list[psutil.Process]:
        """Those that have begun, and may not take requests yet."""
        begun = [one for one in children(psutil.Process()) if (self.home / f"waits-{one.pid}").exists()]
        return [one for one in begun if one not in self.ready()]

    async def kill(self, worker: psutil.Process) -> None:
        """Lose it, and return when the crew knows."""
        worker.kill()
        await self.until(lambda: not worker.is_running())  # it was collected

    async def until(self, holds: Callable[[], object]) -> None:
        """Return when it holds; sooner, when the crew has ended, with why."""
        async with asyncio.timeout(_SECONDS):
            while not holds():
                if self.running.done():
                    await self.running
                    raise AssertionError("all have ended")
                await asyncio.sleep(0.01)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[_House]:
    """A crew whose first worker takes requests."""
    async with _at_work(tmp_path) as house:
        await house.until(lambda: len(house.ready()) == 1)
        yield house


@asynccontextmanager
async def _at_work(home: Path) -> AsyncGenerator[_House]:
    with closing(reserve("127.0.0.1", 0, "port")) as reserved, counters.shared():
        crew = Crew(2, reserved=reserved, orders=partial(_orders, home))
        running = asyncio.create_task(crew.run())
        try:
            yield _House(home, crew, running)
        finally:
            crew.stop()
            await asyncio.wait({running})
            assert children(psutil.Process()) == []


async def test_who_is_killed_at_its_start_is_replaced(house: _House) -> None:
    """[RU10] The second worker, before it ever took a request: the first works on, and another one comes."""
    await house.until(lambda: len(children(psutil.Process())) == 2)
    first, second = children(psutil.Process())

    second.kill()
    house.open()
    await house.until(lambda: len(house.ready()) == 2)

    assert first in house.ready()
    assert second not in house.ready()


async def test_who_cannot_start_ends_all(tmp_path: Path) -> None:
    """It has said why, and so would each that came after it."""
    (tmp_path / "unable").touch()

    with pytest.raises(WorkerError) as unable:
        async with _at_work(tmp_path) as house:
            await house.running

    assert unable.value.code == _UNABLE


async def test_who_is_told_to_stop_at_its_start_does(tmp_path: Path) -> None:
    """In order, however early: SIGTERM waits until somebody listens to it."""
    with closing(reserve("127.0.0.1", 0, "port")) as reserved, closing(beside(reserved)) as sockets, counters.shared():
        gone: list[Worker] = []
        worker = Worker(0, sockets, _orders(tmp_path, is_first=False), gone=gone.append)
        worker.stop()
        async with asyncio.timeout(_SECONDS):
            await worker.ended.wait()

    assert (gone, worker.code) == ([worker], 0)


async def test_who_is_replaced_in_a_pause_comes_when_it_is_over(house: _House, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGHUP while the next one is waited for: there is nobody to make way on that seat, and nowhere to listen."""
    monkeypatch.setattr(crews, "_PAUSES", (0.0, 3.0))
    house.open()
    await house.until(lambda: len(house.ready()) == 2)
    first, second = house.ready()

    with capture_logs() as log:
        await house.kill(second)
        await house.until(lambda: len(house.ready()) == 2)
        await house.kill(house.ready()[-1])
        house.crew.renew()
        await house.until(lambda: len(house.ready()) == 2 and first not in house.ready())

    assert [entry["event"] for entry in log if entry["log_level"] == "error"] == ["worker.lost"] * 2


async def test_who_was_replaced_in_a_pause_is_not_begun_again(house: _House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was to make way is lost, and so is the next; meanwhile the one that was to replace it has come."""
    monkeypatch.setattr(crews, "_PAUSES", (0.0, 3.0))
    house.open()
    await house.until(lambda: len(house.ready()) == 2)
    first, second = house.ready()
    house.shut()

    house.crew.renew()
    await house.until(lambda: len(house.waiting()) == 1)
    (successor,) = house.waiting()
    await house.kill(first)
    await house.until(lambda: len(house.waiting()) == 2)
    await house.kill(house.waiting()[-1])
    over_at = monotonic() + 3.5
    house.open()
    await house.until(lambda: monotonic() > over_at and len(house.ready()) == 2 and second not in house.ready())

    assert successor in house.ready()
    assert len(children(psutil.Process())) == 2
