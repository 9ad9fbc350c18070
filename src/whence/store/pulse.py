"""Whether the database serves this process, and its connections there: sampled, so that a scrape asks it nothing."""

from typing import Final

from prometheus_client import Gauge

from whence.domain.errors import Reason, Unavailable
from whence.store.pool import MISFITS, Pool

UP: Final = Gauge(
    "whence_database_up",
    "Whether the database answered the last time that it was asked, and takes what is written.",
    multiprocess_mode="livemin",
)
CONNECTIONS: Final = Gauge(
    "whence_database_connections",
    "Connections to the database by what they are for, in use or open and idle.",
    ["pool", "state"],
    multiprocess_mode="livesum",
)

# What every commit writes to; a table that is not there is not ours to complain of: the schema is being restored.
_ASK: Final = """
    select current_setting('transaction_read_only') = 'on' as is_read_only,
        coalesce(
            has_table_privilege(to_regclass('event'), 'insert')
                and has_table_privilege(to_regclass('feed_head'), 'update'),
            true
        ) as may_write
"""


def count(pool: Pool) -> None:
    """Its connections are as they are now."""
    for kind, used, idle in pool.connections():
        CONNECTIONS.labels(kind, "used").set(used)
        CONNECTIONS.labels(kind, "idle").set(idle)


async def ask(pool: Pool) -> None:
    """Whether it answers and takes what is written is known after the call, which writes nothing.

    Raises:
        Unavailable: it does not, or no connection was to be had in time.
    """
    try:
        await _takes_writes(pool)
    except Unavailable:
        UP.set(0)
        raise
    UP.set(1)


async def _takes_writes(pool: Pool) -> None:
    async with pool.transaction() as db:
        row = await db.row(_ASK)
    assert row is not None  # noqa: S101  the database that answers is there
    if row["is_read_only"]:
        await pool.forsake()
    elif row["may_write"]:
        return
    else:
        MISFITS.tell("our role may not write")
    raise Unavailable("The database cannot be reached", because=Reason.DATABASE, retry_after=1)
