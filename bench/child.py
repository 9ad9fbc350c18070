"""Servers in processes of their own, which say in a line of JSON where they can be reached."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

TOKEN: Final = "bench-token-0123456789"
_MEASURED: Final = "bench.server"  # the one that may have several processes, each of which says where it is
_PATIENCE: Final = 60.0  # seconds for a server to end


def workers() -> int:
    """Processes of the server that is measured: its own setting says so, which this process was given for it."""
    return int(os.environ.get("WHENCE_WORKERS") or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A server that runs, with all its processes."""

    pid: int
    url: str

    def resident_mib(self) -> float:
        """What it has in memory now, of itself: PostgreSQL is another process."""
        return sum(process.memory_info().rss for process in self._family()) / 2**20

    def cpu_seconds(self) -> float:
        """What it has used of a processor, ever: it tells two versions apart when the machine is busy elsewhere."""
        times = [process.cpu_times() for process in self._family()]
        return sum(one.user + one.system for one in times)

    def _family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.pid)
        return [parent, *(child for child in parent.children() if child.name() != "postgres")]


@contextmanager
def running(module: str, data_dir: Path, *arguments: str) -> Generator[Child]:
    """`python -m module DIR` until the block ends; what it logs goes to a file in the directory.

    Raises:
        RuntimeError: it ended before it could be reached; with the end of what it said.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / f"{module}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(data_dir), *arguments],
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(workers() if module == _MEASURED else 1)]
        if not all(lines):
            raise RuntimeError(f"{module} did not start: {log.read_text(errors='replace')[-2000:]}")
        yield Child(pid=process.pid, url=json.loads(lines[0])["url"])
    finally:
        process.terminate()
        process.wait(_PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
