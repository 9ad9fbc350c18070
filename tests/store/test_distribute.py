"""`whence db distribute`, on a PostgreSQL in which Citus' functions write down what they are called with.

What a real cluster does with the tables is looked at by `make citus`.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from tests.acceptance.server import directory
from whence.embedded import Embedded
from whence.server import connected
from whence.settings import Settings
from whence.store import migrate
from whence.store.distribute import ANCHOR, EVERYWHERE, LEDGER, DistributionError, Step, Table, distribute, steps
from whence.store.pool import Pool

_STAND_IN: Final = Path(__file__).with_name("citus_stand_in.sql").read_text(encoding="utf-8")
_PATH: Final = "alter database whence set search_path = public, stand_in"
_PLACED: Final = "select logicalrelid::regclass::text as name, partmethod::text, colocated from pg_dist_partition"


@pytest.fixture
def home() -> Generator[Path]:
    """A directory of the test's own."""
    with directory() as made:
        yield made


@asynccontextmanager
async def _database(home: Path, *, migrated: bool = True, citus: bool = True) -> AsyncGenerator[tuple[Pool, Embedded]]:
    """A database whose connections find the stand-in, and a way to reach it past the pool."""
    with Embedded.start(home / "data") as embedded:
        if citus:
            db = await asyncpg.connect(**embedded.dsn)
            await db.execute(_STAND_IN)
            await db.execute(_PATH)
            await db.close()
        settings = Settings.model_validate({"data_dir": home / "data", "database_url": None})  # whatever others run on
        async with connected(settings) as pool:
            if migrated:
                await migrate.upgrade(pool)
            yield pool, embedded


def _run(work: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(work())


async def _placed(pool: Pool) -> dict[str, tuple[str, str | None]]:
    async with pool.reader() as db:
        return {row["name"]: (row["partmethod"], row["colocated"]) for row in await db.rows(_PLACED)}


def test_every_table_has_its_place(home: Path) -> None:
    """What an account owns goes by the account, beside one table; its doors go everywhere; again changes nothing."""

    async def work() -> None:
        async with _database(home) as (pool, _):
            told: list[Step] = []
            made = await distribute(pool, done=told.append)
            placed = await _placed(pool)

            assert made == len(told) > len(placed) > len(EVERYWHERE)
            assert {name for name, (method, _) in placed.items() if method == "n"} == EVERYWHERE
            assert {beside for (method, beside) in placed.values() if method == "h"} == {"none", ANCHOR}
            assert LEDGER not in placed
            assert "event" in placed
            assert not [name for name in placed if name.startswith("event_2")]  # partitions go with their parent
            assert await distribute(pool) == 0

    _run(work)


def test_who_was_interrupted_goes_on(home: Path) -> None:
    """Each table is a transaction: what is done stands, the rest is done by the next call."""

    class InterruptionError(Exception):
        pass

    async def work() -> None:
        async with _database(home) as (pool, _):

            def stop(step: Step) -> None:
                if step.what == ANCHOR:
                    raise InterruptionError

            with pytest.raises(InterruptionError):
                await distribute(pool, done=stop)
            first = await _placed(pool)
            assert set(first) == {*EVERYWHERE, ANCHOR}

            made = await distribute(pool)
            assert made > 0
            assert set(await _placed(pool)) > set(first)

    _run(work)


def test_a_migration_after_it_is_distributed_too(home: Path) -> None:
    """[RU6] What a later release makes goes where the rest of its kind is, in the same transaction."""

    async def work() -> None:
        async with _database(home) as (pool, embedded):
            await distribute(pool)
            *before, newest = migrate.migrations()
            db = await asyncpg.connect(**embedded.dsn)
            await db.execute("delete from migration where number = (select max(number) from migration)")
            await db.execute("create table public.novelty (account_id uuid references public.account)")
            await db.close()
            again = migrate.Migration(number=newest.number, name=newest.name, sql="select 1")
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(migrate, "migrations", lambda: iter([*before, again]))
                await migrate.upgrade(pool)

            assert (await _placed(pool))["novelty"] == ("h", ANCHOR)

    _run(work)


def test_a_database_with_servers_is_left_alone(home: Path) -> None:
    """A server would write to a table that is being moved."""

    async def work() -> None:
        async with _database(home) as (pool, _), pool.listening({"whence_feed": lambda _: None}, lambda: None):
            with pytest.raises(DistributionError, match="1 of our processes"):
                await distribute(pool)
            assert await _placed(pool) == {}

    _run(work)


def test_a_door_that_leads_to_its_account_by_a_key_is_refused() -> None:
    """Citus keeps no foreign key from a table on every node to one that lies on some: found before anything is done."""
    with pytest.raises(DistributionError, match="token_door is on every node and leads to token"):
        steps([Table(name="token_door", leads_to=("token",))], [], standing=frozenset())
