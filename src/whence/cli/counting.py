"""How many processes serve together, for those who begin them and for those who look whether there is room for them."""

import os
import sys
from typing import Final

from whence.settings import Settings

MOST_ON_EMBEDDED: Final = 5  # the embedded PostgreSQL has 100 connections, a process up to 15
FEWER: Final = "set WHENCE_DATABASE_URL to a PostgreSQL of yours, or take fewer"  # what to do about an excess


def processes(asked: Settings) -> int:
    """As many as were asked for, though it be too many; else one for each core, as far as the database has room."""
    if asked.workers:
        return asked.workers
    return _cores() if asked.database_url else min(_cores(), MOST_ON_EMBEDDED)


def excess(asked: Settings) -> str:
    """Why so many cannot serve together; nothing when they can."""
    count = processes(asked)
    if asked.database_url is not None or count <= MOST_ON_EMBEDDED:
        return ""
    return f"{count} workers are more than the embedded PostgreSQL has connections for: {MOST_ON_EMBEDDED} at most"


def _cores() -> int:
    """Those that this process may use, where the system tells; a container's share of their time it does not tell."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
