"""The processes of a server that has several."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil

from tests.acceptance.server import Server, await_fact

_SECONDS: Final = 60.0  # on a busy machine, too


def workers(server: Server) -> list[psutil.Process]:
    """Its workers that run, the oldest first."""
    return children(server.process)


def children(parent: psutil.Process) -> list[psutil.Process]:
    """The workers of that process that run, the oldest first."""
    found: list[tuple[float, psutil.Process]] = []
    for process in parent.children():
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if any("spawn_main" in word for word in process.cmdline()):
                found.append((process.create_time(), process))
    return [process for _, process in sorted(found, key=lambda one: one[0])]


def begun(server: Server) -> int:
    """How many workers have begun to take requests, over all its lives."""
    return server.said.count('"worker.started"')


def await_begun(server: Server, times: int) -> None:
    """Return when so many have."""
    await_fact(lambda: begun(server) >= times, seconds=_SECONDS, what=f"{times} workers take requests")


def await_end(processes: Sequence[psutil.Process]) -> None:
    """Return when none of them runs. A zombie has ended: whose parent was killed may have nobody to collect it."""
    await_fact(lambda: not any(map(_runs, processes)), seconds=_SECONDS, what="they have ended")


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
