"""A backup that is taken under load, and restored: by the steps of docs/how-to/back-up-and-restore.md."""

import asyncio
import subprocess
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.load import Load, stored
from tests.acceptance.server import Server, directory
from whence.embedded import binaries


@pytest.fixture
def elsewhere() -> Generator[Path]:
    """A directory for the restored server."""
    with directory() as home:
        yield home


def test_a_backup_under_load_has_all_that_was_answered_before_it(whence: Server, elsewhere: Path) -> None:
    """[IN1, TL6] `pg_dump` while all send: what was answered by then is in it, once, and its counts are its rows'."""
    load = Load(whence, senders=12)
    dump = elsewhere / "whence.dump"
    before: set[str] = set()

    async def back_up() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run())
            await load.until(further=1_000)
            before.update(load.answered)
            await asyncio.to_thread(_tool, whence, "pg_dump", "--format", "custom", "--file", str(dump), "whence")
            await load.until(further=500)
            load.stop()

    asyncio.run(back_up())
    with ExitStack() as stack:
        restored = Server(elsewhere)
        stack.callback(restored.end)
        restored.start()
        _tool(restored, "dropdb", "--force", "whence")
        _tool(restored, "createdb", "whence")
        _tool(restored, "pg_restore", "--dbname", "whence", "--single-transaction", str(dump))
        restored.restart()

        found = stored(restored)
        total = restored.get("/v1/events/facets")["total"]

    assert not {title for title in before if found[title] != 1}
    assert not {title for title, times in found.items() if times > 1}
    assert found.keys() <= load.sent
    assert total == found.total()


def _tool(server: Server, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the server's database."""
    program = binaries.wheel() / f"pginstall{binaries.MAJOR}" / "bin" / name
    where = ("--host", str(server.data_dir / "run"), "--username", "whence")
    subprocess.run([program, *where, *arguments], check=True)
