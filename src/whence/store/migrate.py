"""Bring the schema up to the numbered files beside this module, once, whoever else tries at the same time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final, LiteralString, cast

from whence.store import distribute
from whence.store.pool import Pool, Reader

_LOCK: Final = "select pg_advisory_xact_lock(7726438)"  # any number, as long as no other migrator picks it
_PATIENCE: Final = "set local statement_timeout = 0"  # an index on a large table takes as long as it takes
_LEDGER: Final = """
    create table if not exists migration (
        number integer primary key, name text not null, digest text not null,
        applied_at timestamptz not null default now()
    )
"""
_APPLIED: Final = "select number, digest from migration order by number"
_EXISTS: Final = "select to_regclass('migration') is not null as there"
_RECORD: Final = "insert into migration (number, name, digest) values ($1, $2, $3)"


class SchemaError(Exception):
    """The database's schema is not one that this release can bring up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """What tells that the file is still the one that was applied."""
        return sha256(self.sql.encode()).hexdigest()


def migrations() -> Iterator[Migration]:
    """The files in the order of their numbers."""
    for path in sorted(files("whence.store").joinpath("migrations").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".sql"):
            number, _, name = path.name.removesuffix(".sql").partition("_")
            yield Migration(number=int(number), name=name, sql=path.read_text(encoding="utf-8"))


async def pending(pool: Pool) -> list[Migration]:
    """What `upgrade` would apply."""
    async with pool.snapshot() as db:
        there = await db.row(_EXISTS)
        applied = await _applied(db) if there and there["there"] else {}
    return [migration for migration in migrations() if migration.number not in applied]


async def upgrade(pool: Pool, *, done: Callable[[Migration], None] = lambda _: None) -> None:
    """Apply what is missing, each migration in a transaction of its own; `done` is told of each.

    Raises:
        SchemaError: an applied file was changed since, or a newer release has been here.
    """
    async with pool.transaction() as db:
        await db.execute(_LOCK)
        await db.execute(_LEDGER)
        _compare(await _applied(db))
    for migration in migrations():
        async with pool.unhurried() as db:
            await db.execute(_LOCK)
            await db.execute(_PATIENCE)
            if migration.number in await _applied(db):
                continue
            await db.execute(cast("LiteralString", migration.sql))  # a file of the package, never data
            await distribute.keep_up(db)
            await db.execute(_RECORD, migration.number, migration.name, migration.digest)
        done(migration)


async def _applied(db: Reader) -> dict[int, str]:
    return {row["number"]: row["digest"] for row in await db.rows(_APPLIED)}


def _compare(applied: dict[int, str]) -> None:
    known = {migration.number: migration for migration in migrations()}
    for number, digest in applied.items():
        if number not in known:
            raise SchemaError(f"the database has migration {number}, which this release does not know: upgrade Whence")
        if known[number].digest != digest:
            raise SchemaError(f"migration {number} was changed after it had been applied")
