"""The read side of what monitors said: signals and tickets, found and tabulated in the language of questions."""

from typing import Final

from whence.domain.access import Principal
from whence.domain.query import Found, Query, Statistics, Table
from whence.domain.signal import FIELDS
from whence.domain.ticket import FIELDS as TICKET_FIELDS
from whence.store import query
from whence.store.pool import Pool
from whence.store.signals import EVERYTHING, SIGNALS
from whence.store.tickets import TICKETS

MOST_ROWS: Final = 100_000  # of one answer; the total is exact all the same
MOST_BYTES: Final = 64 * 1024 * 1024  # of the JSON of one answer


class Signals:
    """Questions about an account's signals and tickets."""

    def __init__(self, pool: Pool, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> None:
        self._pool = pool
        self._bounds = {"most_rows": most_rows, "most_bytes": most_bytes}

    async def find(self, by: Principal, asked: Query, *, every: bool) -> Found:
        """The signals asked for; with `every`, everything that is on the timeline, in the words of signals.

        Raises:
            BadQuery: the question cannot be answered, or the answer is too large.
            Unavailable: it took too long.
        """
        relation = EVERYTHING if every else SIGNALS
        async with self._pool.snapshot() as db:
            return await query.find(db, by.account_id, relation, FIELDS, asked, **self._bounds)

    async def tabulate(self, by: Principal, asked: Statistics, *, every: bool) -> Table:
        """What is computed from the signals. Raises as `find`."""
        relation = EVERYTHING if every else SIGNALS
        async with self._pool.snapshot() as db:
            return await query.tabulate(db, by.account_id, relation, FIELDS, asked, **self._bounds)

    async def tickets(self, by: Principal, asked: Query) -> Found:
        """The tickets asked for. Raises as `find`."""
        async with self._pool.snapshot() as db:
            return await query.find(db, by.account_id, TICKETS, TICKET_FIELDS, asked, **self._bounds)

    async def tabulate_tickets(self, by: Principal, asked: Statistics) -> Table:
        """What is computed from the tickets. Raises as `find`."""
        async with self._pool.snapshot() as db:
            return await query.tabulate(db, by.account_id, TICKETS, TICKET_FIELDS, asked, **self._bounds)
