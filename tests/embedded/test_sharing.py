import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import psutil
import pytest

from tests.acceptance.server import await_fact
from whence.embedded import Embedded, EmbeddedError

_USE: Final = """
import sys
from pathlib import Path
from typing import Final
from whence.embedded import Embedded
embedded = Embedded.start(Path(sys.argv[1]))
print(embedded.pid, flush=True)
sys.stdin.read()
embedded.stop()
"""


@pytest.fixture
def elsewhere(data_dir: Path) -> Generator[Callable[[], tuple[subprocess.Popen[str], int]]]:
    """Starts another process that uses `data_dir` until its stdin closes; gives it and the postmaster's."""
    processes: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], int]:
        process = subprocess.Popen(
            [sys.executable, "-c", _USE, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,  # as a shell does
        )
        processes.append(process)
        assert process.stdout is not None
        said = (line for line in process.stdout if line.strip().isdigit())  # between lines of its log
        return process, int(next(said))

    yield start
    for process in processes:
        process.communicate()


def test_the_last_one_out_stops_it(begin: Callable[[], Embedded]) -> None:
    first, second = begin(), begin()
    pid = first.pid
    assert pid is not None

    first.stop()
    assert second.pid == pid
    second.stop()

    await_fact(lambda: not psutil.pid_exists(pid), seconds=10, what="whoever began it has taken note of its end")


def test_stopping_twice_leaves_the_others_alone(begin: Callable[[], Embedded]) -> None:
    first, second = begin(), begin()

    first.stop()
    first.stop()

    assert second.is_alive()


def test_processes_share_one_postmaster(
    begin: Callable[[], Embedded], elsewhere: Callable[[], tuple[subprocess.Popen[str], int]]
) -> None:
    """The one that started it may leave first."""
    process, pid = elsewhere()
    embedded = begin()

    process.communicate()

    assert process.returncode == 0
    assert embedded.pid == pid


def test_users_that_come_at_once_find_one_postmaster(new_dir: Path) -> None:
    """Also when none of them finds a cluster."""
    with ThreadPoolExecutor(4) as threads:
        users = [future.result() for future in [threads.submit(Embedded.start, new_dir) for _ in range(4)]]

    pids = {user.pid for user in users}
    for user in users:
        user.stop()

    assert len(pids) == 1
    assert not users[0].is_alive()


def test_a_killed_owner_leaves_a_postmaster_that_the_next_takes_over(
    begin: Callable[[], Embedded], elsewhere: Callable[[], tuple[subprocess.Popen[str], int]]
) -> None:
    """The kernel takes the dead one's lock away, so the next one out is the last."""
    process, pid = elsewhere()
    process.kill()
    process.wait()

    embedded = begin()

    assert embedded.pid == pid
    embedded.stop()
    assert not embedded.is_alive()


def test_everything_killed_starts_again(
    begin: Callable[[], Embedded],
    elsewhere: Callable[[], tuple[subprocess.Popen[str], int]],
    ask: Callable[[Embedded, str], object],
) -> None:
    """Also at once, while what was killed still looks alive."""
    process, pid = elsewhere()
    process.kill()
    psutil.Process(pid).kill()

    assert ask(begin(), "select 1") == 1


def test_a_starter_killed_in_its_first_start_is_followed_by_a_good_one(
    new_dir: Path, ask: Callable[[Embedded, str], object]
) -> None:
    """Its `initdb` goes on without it, on the files that the next one wants to write."""
    with subprocess.Popen([sys.executable, "-c", _USE, str(new_dir)], stdout=subprocess.DEVNULL) as process:
        while not (new_dir / "postgres.new" / "PG_VERSION").exists():
            assert process.poll() is None
        process.kill()

    with Embedded.start(new_dir) as embedded:
        assert ask(embedded, "select 1") == 1


def test_a_key_in_the_terminal_does_not_reach_it(
    begin: Callable[[], Embedded], elsewhere: Callable[[], tuple[subprocess.Popen[str], int]]
) -> None:
    """Ctrl-C goes to a whole process group; PostgreSQL is in one of its own, and is stopped in our time."""
    process, pid = elsewhere()
    embedded = begin()

    os.killpg(process.pid, signal.SIGINT)
    process.wait()

    assert embedded.pid == pid
    assert os.getsid(pid) == pid


def test_who_has_stopped_does_not_start_it_again(begin: Callable[[], Embedded]) -> None:
    """A supervisor that comes late must not leave a postmaster behind that nobody uses."""
    embedded = begin()
    embedded.stop()

    with pytest.raises(EmbeddedError, match="not in use here any more"):
        embedded.ensure_running()
