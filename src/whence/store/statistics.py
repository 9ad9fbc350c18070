"""What PostgreSQL knows of the tables that may grow from nothing in seconds; its own look comes once a minute.

Until it has looked, its plans are for a table that one may well read whole: an import of services, or a storm of
alerts, would make each further statement slower than the one before.
"""

from typing import Final, LiteralString

from whence.store.pool import Pool

_ANALYZE: Final[dict[str, LiteralString]] = {
    "entity": "analyze (skip_locked) entity",
    "alert": "analyze (skip_locked) alert",
    "ticket": "analyze (skip_locked) ticket",
    "signal": "analyze (skip_locked) signal",
}
# Twice as large as when statistics were last taken.
_GROWN: Final = """
    select relname from pg_class
    where oid in ('entity'::regclass, 'alert'::regclass, 'ticket'::regclass, 'signal'::regclass)
    and pg_relation_size(oid) > 2 * greatest(relpages, 1) * current_setting('block_size')::bigint
"""


async def refresh(pool: Pool) -> None:
    """Plans are for about as many rows as there are. On any number of nodes: one of them looks, the others pass by."""
    async with pool.reader() as db:
        grown = [row["relname"] for row in await db.rows(_GROWN)]
    for table in grown:
        async with pool.transaction() as db:
            await db.execute(_ANALYZE[table])
