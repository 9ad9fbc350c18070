import asyncio
from contextlib import ExitStack
from pathlib import Path

import asyncpg

from tests.cli.terminal import PATIENCE, Terminal
from whence.embedded import Embedded
from whence.store.migrate import migrations


def test_upgrade_twice(alone: Terminal) -> None:
    """It tells each migration that it applies, and the second time there is none."""
    first = alone("db", "upgrade")
    second = alone("db", "upgrade")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "applied 0001" in first.stderr
    assert "up to date: 0 applied" in second.stderr


def test_whoever_starts_first_migrates_once(alone: Terminal) -> None:
    """[RU6] Three at the same moment on nothing: all end well, and each migration was applied by one of them."""
    with ExitStack() as stack:
        running = [stack.enter_context(alone.begin("db", "upgrade")) for _ in range(3)]
        codes = [one.process.wait(PATIENCE) for one in running]
        said = [line for one in running for line in one.said.splitlines()]

    assert codes == [0, 0, 0], said
    applied = sorted(line.split()[1] for line in said if line.startswith("applied "))
    assert applied == [f"{migration.number:04d}" for migration in migrations()]


def test_a_database_of_a_newer_release_is_refused(alone: Terminal, home: Path) -> None:
    """[RU6] By `serve` as by `db upgrade`, with what to do."""
    alone.good("db", "upgrade")

    async def leave_a_newer_one(embedded: Embedded) -> None:
        db = await asyncpg.connect(**embedded.dsn)
        await db.execute("insert into migration (number, name, digest) values (9999, 'of_tomorrow', '')")
        await db.close()

    with Embedded.start(home / "data") as embedded:
        asyncio.run(leave_a_newer_one(embedded))

    for command in (("db", "upgrade"), ("serve",)):
        done = alone(*command)
        assert done.returncode == 1
        assert "migration 9999" in done.stderr
        assert "upgrade Whence" in done.stderr


def test_a_database_that_is_not_there(alone: Terminal) -> None:
    """Unreachable is exit code 3, and no secret is shown."""
    done = alone("db", "upgrade", WHENCE_DATABASE_URL="postgresql://someone:hushhush@127.0.0.1:1/whence")

    assert done.returncode == 3
    assert "WHENCE_DATABASE_URL" in done.stderr
    assert "hushhush" not in done.stderr


def test_without_citus_nothing_is_distributed(alone: Terminal) -> None:
    """Exit code 1, what is missing, and what to do."""
    alone.good("db", "upgrade")
    done = alone("db", "distribute")

    assert done.returncode == 1
    assert "the extension citus is not in this database" in done.stderr
    assert "create extension citus" in done.stderr


def test_a_schema_that_is_behind_comes_first(alone: Terminal) -> None:
    """Nothing is put on nodes that a migration would have to change there."""
    done = alone("db", "distribute")

    assert done.returncode == 1
    assert "whence db upgrade" in done.stderr
