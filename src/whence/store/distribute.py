"""The tables over the nodes of a Citus cluster: an account's rows are together on one node, so each statement asks one.

What no account can be found by is on every node. On a PostgreSQL without Citus nothing here does anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Final, LiteralString

from whence.store.pool import Pool, Reader, Writer

# The doors to an account are looked up before it is known, so they cannot lie where its rows do.
EVERYWHERE: Final = frozenset({"account", "token_door", "session_door", "webhook_door"})
LEDGER: Final = "migration"  # only who migrates reads it, and that is the node that everybody speaks to
ANCHOR: Final = "entity"  # the table beside which all others are put; it leads to nothing but `account`

_EXTENSION: Final = "select extversion as version from pg_extension where extname = 'citus'"
_TABLES: Final = """
    select r.relname as name, array(
        select other.relname from pg_constraint c join pg_class other on other.oid = c.confrelid
        where c.conrelid = r.oid and c.contype = 'f' and c.conparentid = 0 and c.confrelid <> r.oid
    ) as leads_to
    from pg_class r
    where r.relnamespace = 'public'::regnamespace and r.relkind in ('r', 'p') and not r.relispartition
    order by r.relname
"""
_FUNCTIONS: Final = """
    select p.oid::regprocedure::text as name from pg_proc p
    where p.pronamespace = 'public'::regnamespace
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by 1
"""
_SPREAD_TABLES: Final = "select logicalrelid::regclass::text as name from pg_dist_partition"
_SPREAD_FUNCTIONS: Final = """
    select objid::regprocedure::text as name from pg_dist_object where classid = 'pg_proc'::regclass
"""
_SERVERS: Final = """
    select count(*) as servers from pg_stat_activity
    where datname = current_database() and application_name = 'whence listen'
"""
_PATIENCE: Final = "set local statement_timeout = 0"  # the rows that are there are copied to their nodes
_BY_ACCOUNT: Final = "select create_distributed_table($1::text::regclass, 'account_id', colocate_with => $2)"
_ON_EVERY_NODE: Final = "select create_reference_table($1::text::regclass)"
_FUNCTION: Final = "select create_distributed_function($1::text::regprocedure)"


class DistributionError(Exception):
    """The tables cannot be distributed here; the text says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One of the schema. `leads_to`: those that its foreign keys name."""

    name: str
    leads_to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is to be spread; `sql` takes `args`."""

    what: str
    sql: LiteralString
    args: tuple[str, ...]


def steps(tables: Sequence[Table], functions: Sequence[str], *, standing: frozenset[str]) -> list[Step]:
    """What is left to do, in an order in which no foreign key leads to a table that is not spread yet.

    Raises:
        DistributionError: a table on every node would lead to one that is not, which Citus does not keep.
    """
    by_name = {table.name: table for table in tables if table.name != LEDGER}
    for table in by_name.values():
        if table.name in EVERYWHERE and (astray := set(table.leads_to) - EVERYWHERE):
            raise DistributionError(f"{table.name} is on every node and leads to {min(astray)}, which is not")
    order = TopologicalSorter({name: table.leads_to for name, table in by_name.items()}).static_order()
    beside = [name for name in order if name not in EVERYWHERE and name != ANCHOR]
    made = [
        *(Step(what=name, sql=_ON_EVERY_NODE, args=(name,)) for name in sorted(EVERYWHERE & by_name.keys())),
        Step(what=ANCHOR, sql=_BY_ACCOUNT, args=(ANCHOR, "none")),
        *(Step(what=name, sql=_BY_ACCOUNT, args=(name, ANCHOR)) for name in beside),
        *(Step(what=name, sql=_FUNCTION, args=(name,)) for name in functions),
    ]
    return [step for step in made if step.what not in standing]


async def distribute(pool: Pool, *, done: Callable[[Step], None] = lambda _: None) -> int:
    """Every table and function is on the nodes that it belongs to after the call; how many it put there.

    A second call finds nothing to do; one that was interrupted goes on where it was. `done` is told of each.

    Raises:
        DistributionError: the extension is not in this database, or servers are connected to it.
    """
    async with pool.snapshot() as db:
        if await db.row(_EXTENSION) is None:
            raise DistributionError("the extension citus is not in this database")
        left = await _left(db)
        if left and (servers := await _servers(db)):
            raise DistributionError(f"{servers} of our processes serve from this database")
    for step in left:
        async with pool.unhurried() as db:
            await _take(db, step)
        done(step)
    return len(left)


async def keep_up(db: Writer) -> None:
    """What a migration has just made is spread as well, where the others are."""
    if await db.row(_EXTENSION) is None or not await db.rows(_SPREAD_TABLES):
        return
    for step in await _left(db):
        await _take(db, step)


async def _take(db: Writer, step: Step) -> None:
    await db.execute(_PATIENCE)
    await db.row(step.sql, *step.args)


async def _left(db: Reader) -> list[Step]:
    tables = [Table(name=row["name"], leads_to=tuple(row["leads_to"])) for row in await db.rows(_TABLES)]
    functions = [row["name"] for row in await db.rows(_FUNCTIONS)]
    standing = {row["name"] for statement in (_SPREAD_TABLES, _SPREAD_FUNCTIONS) for row in await db.rows(statement)}
    return steps(tables, functions, standing=frozenset(standing))


async def _servers(db: Reader) -> int:
    row = await db.row(_SERVERS)
    return 0 if row is None else row["servers"]
