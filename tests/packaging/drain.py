"""How long a server may take to end, for whoever waits before it is killed."""

from typing import Final

from whence.embedded import postmaster
from whence.ending import GRACE_SECONDS

REQUESTS: Final[float] = 2.0 * GRACE_SECONDS  # those that are under way, and what is written after them
CHECKPOINT: Final[float] = vars(postmaster)["_FAST"]  # the embedded PostgreSQL's last one
