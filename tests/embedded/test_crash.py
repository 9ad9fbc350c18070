import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from whence.embedded import Embedded, account

_BUSY: Final = """
do $$
declare enough timestamptz := clock_timestamp() + interval '2 seconds';
begin
    loop exit when clock_timestamp() > enough; end loop;
end $$
"""


def _kill(embedded: Embedded) -> None:
    assert embedded.pid is not None
    process = psutil.Process(embedded.pid)
    process.kill()
    process.wait()


def test_a_killed_postmaster_is_replaced(begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object]) -> None:
    """What was committed is there, at the same address."""
    embedded = begin()
    ask(embedded, "create table kept as select 42 as answer")
    _kill(embedded)
    assert not embedded.is_alive()

    restarted = embedded.ensure_running()

    assert restarted
    assert ask(embedded, "select answer from kept") == 42


def test_a_living_postmaster_is_left_alone(begin: Callable[[], Embedded]) -> None:
    embedded = begin()
    pid = embedded.pid

    assert not embedded.ensure_running()
    assert embedded.pid == pid


def test_the_replacement_serves_every_user(begin: Callable[[], Embedded]) -> None:
    """One of two supervisors replaces it, the other finds that done."""
    first, second = begin(), begin()
    _kill(first)

    assert [first.ensure_running(), second.ensure_running()] == [True, False]
    assert first.pid == second.pid


def test_children_that_outlive_a_killed_postmaster_are_waited_for(
    begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object]
) -> None:
    """A query under way writes to the data until it ends; two postmasters at once would ruin them."""
    embedded = begin()
    child = asyncio.run(_busy_without_its_postmaster(embedded))
    assert _lives(child)

    embedded.ensure_running()

    assert not _lives(child)
    assert ask(embedded, "select 1") == 1


async def _busy_without_its_postmaster(embedded: Embedded) -> psutil.Process:
    watcher = await asyncpg.connect(**embedded.dsn)
    worker = await asyncpg.connect(**embedded.dsn)
    child = psutil.Process(worker.get_server_pid())
    work = asyncio.ensure_future(worker.execute(_BUSY))
    while not await watcher.fetchval("select true from pg_stat_activity where state = 'active' and query = $1", _BUSY):
        pass  # asking again is the pause
    _kill(embedded)
    watcher.terminate()
    worker.terminate()
    await asyncio.wait([work])
    assert work.exception() is not None
    return child


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_process_number_used_again_fools_nobody(
    begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object], data_dir: Path
) -> None:
    """PostgreSQL alone would not start while its dead postmaster's number is another process's."""
    lock = _lock_left_by(begin())
    owner = (data_dir / "postgres").stat().st_uid
    with subprocess.Popen(["/bin/sleep", "60"], **account.Account.of(owner).identity) as stranger:
        _leave(lock, data_dir, stranger.pid)

        assert ask(begin(), "select 1") == 1
        stranger.kill()


def test_nor_does_the_number_of_another_clusters_postmaster(
    begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object], data_dir: Path
) -> None:
    lock = _lock_left_by(begin())
    with Embedded.start(data_dir.with_name("other")) as other:
        assert other.pid is not None
        _leave(lock, data_dir, other.pid)
        embedded = begin()

        assert ask(embedded, "select 1") == 1
        assert embedded.pid != other.pid
        embedded.stop()
        assert other.is_alive()


def _lock_left_by(embedded: Embedded) -> list[str]:
    """Stops it, and gives what its lock said."""
    lines = (embedded.log_path.parent / "postgres" / "postmaster.pid").read_text().splitlines(keepends=True)
    embedded.stop()
    return lines


def _leave(lock: list[str], data_dir: Path, pid: int) -> None:
    (data_dir / "postgres" / "postmaster.pid").write_text("".join([f"{pid}\n", *lock[1:]]))
