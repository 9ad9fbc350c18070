"""The read side of what monitors said: signals and tickets, found and tabulated in the language of questions."""

from collections.abc import Sequence
from typing import Final

from whence.domain.access import Principal
from whence.domain.query import Condition, Found, Operator, Query, Statistics, Table, find
from whence.domain.signal import FIELDS
from whence.domain.spoken import TICKETED, event_id_in, in_words_of_signals
from whence.domain.ticket import FIELDS as TICKET_FIELDS
from whence.store import events, query
from whence.store.pool import Pool
from whence.store.signals import EVERYTHING, SIGNALS
from whence.store.tickets import TICKETS

MOST_ROWS: Final = 100_000  # of one answer; the total is exact all the same
MOST_BYTES: Final = 64 * 1024 * 1024  # of the JSON of one answer


class Signals:
    """Questions about an account's signals and tickets."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, by: Principal, asked: Query, *, every: bool, most_rows: int = MOST_ROWS) -> Found:
        """The signals asked for, `most_rows` at most; the total is of all of them.

        Args:
            every: of everything that is on the timeline, in the words of signals.

        Raises:
            BadQuery: the question cannot be answered, or the answer is too large.
            Unavailable: it took too long.
        """
        relation = EVERYTHING if every else SIGNALS
        async with self._pool.snapshot() as db:
            return await query.find(
                db, by.account_id, relation, FIELDS, asked, most_rows=most_rows, most_bytes=MOST_BYTES
            )

    async def get(self, by: Principal, signal_id: str, held: Sequence[Condition], *, every: bool) -> Found:
        """The signal of this id that passes the conditions, if there is one. Raises as `find`."""
        own = Query(all=(Condition("event_id", Operator.EQ, signal_id), *held), limit=1)
        found = await self.find(by, own, every=False)
        if found.rows or not every or (event_id := event_id_in(signal_id)) is None:
            return found
        async with self._pool.reader() as db:
            event = await events.get(db, by.account_id, event_id)
        spoken = [] if event is None or event.call in TICKETED else [in_words_of_signals(event, by.account_id)]
        return find(FIELDS, own, spoken)

    async def tabulate(self, by: Principal, asked: Statistics, *, every: bool, most_rows: int = MOST_ROWS) -> Table:
        """What is computed from the signals. Raises as `find`, and BadQuery for more than `most_rows` rows."""
        relation = EVERYTHING if every else SIGNALS
        async with self._pool.snapshot() as db:
            return await query.tabulate(
                db, by.account_id, relation, FIELDS, asked, most_rows=most_rows, most_bytes=MOST_BYTES
            )

    async def tickets(self, by: Principal, asked: Query, *, most_rows: int = MOST_ROWS) -> Found:
        """The tickets asked for. Raises as `find`."""
        async with self._pool.snapshot() as db:
            return await query.find(
                db, by.account_id, TICKETS, TICKET_FIELDS, asked, most_rows=most_rows, most_bytes=MOST_BYTES
            )

    async def tabulate_tickets(self, by: Principal, asked: Statistics, *, most_rows: int = MOST_ROWS) -> Table:
        """What is computed from the tickets. Raises as `tabulate`."""
        async with self._pool.snapshot() as db:
            return await query.tabulate(
                db, by.account_id, TICKETS, TICKET_FIELDS, asked, most_rows=most_rows, most_bytes=MOST_BYTES
            )
