"""How many processes serve together, for those who begin them and for those who look whether there is room for them."""

import os
import sys
from typing import Final

from whence.settings import Settings

MOST_ON_EMBEDDED: Final = 5  # the embedded PostgreSQL has 100 connections, a process up to 15


def processes(asked: Settings) -> int:
    """As many as were asked for, though it be too many; else one for each core, as far as the database has room."""
    if asked.workers:
        return asked.workers
    return _cores() if asked.database_url else min(_cores(), MOST_ON_EMBEDDED)


def _cores() -> int:
    """Those that this process may use, where the system tells; a container's share of their time it does not tell."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
