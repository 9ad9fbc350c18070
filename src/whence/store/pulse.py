"""Whether the database answers this process, and its connections there: sampled, so that a scrape asks it nothing."""

from typing import Final

from prometheus_client import Gauge

from whence.domain.errors import Unavailable
from whence.store.pool import Pool

UP: Final = Gauge(
    "whence_database_up", "Whether the database answered the last time that it was asked.", multiprocess_mode="livemin"
)
CONNECTIONS: Final = Gauge(
    "whence_database_connections",
    "Connections to the database by what they are for, in use or open and idle.",
    ["pool", "state"],
    multiprocess_mode="livesum",
)

_ASK: Final = "select true"


def count(pool: Pool) -> None:
    """Its connections are as they are now."""
    for kind, used, idle in pool.connections():
        CONNECTIONS.labels(kind, "used").set(used)
        CONNECTIONS.labels(kind, "idle").set(idle)


async def ask(pool: Pool) -> None:
    """Whether it answers is known after the call.

    Raises:
        Unavailable: it does not, or no connection was to be had in time.
    """
    try:
        async with pool.reader() as db:
            await db.row(_ASK)
    except Unavailable:
        UP.set(0)
        raise
    UP.set(1)
