"""Servers in processes of their own, which say in a line of JSON where they can be reached."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

TOKEN: Final = "bench-token-0123456789"
_PATIENCE: Final = 60.0  # seconds for a server to end


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A server that runs."""

    pid: int
    url: str

    def resident_mib(self) -> float:
        """What it has in memory now, of itself: PostgreSQL is another process."""
        return psutil.Process(self.pid).memory_info().rss / 2**20

    def cpu_seconds(self) -> float:
        """What it has used of a processor, ever: it tells two versions apart when the machine is busy elsewhere."""
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system


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
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{module} did not start: {log.read_text(errors='replace')[-2000:]}")
        yield Child(pid=process.pid, url=json.loads(line)["url"])
    finally:
        process.terminate()
        process.wait(_PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
