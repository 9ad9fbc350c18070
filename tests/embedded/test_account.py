"""Who runs it, and who may come near: these need root, or show what an ordinary user gets."""

import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import psutil
import pytest

from whence.embedded import Embedded, EmbeddedError, account, binaries

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has closed directories to open and users to be")

_AS_NOBODY: Final = """
import asyncio, json, os, pwd, sys
from pathlib import Path
import asyncpg
from whence.embedded import Embedded, EmbeddedError

nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)

async def ask(embedded):
    connection = await asyncpg.connect(**embedded.dsn)
    answer = await connection.fetchval("select current_user::text")
    await connection.close()
    return answer

try:
    with Embedded.start(Path(sys.argv[1])) as embedded:
        answer = asyncio.run(ask(embedded))
except EmbeddedError as exc:
    answer = f"refused: {exc}"
print(json.dumps(answer))
"""


def _mode(path: Path | str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_only_its_account_comes_to_the_socket(begin: Callable[[], Embedded], data_dir: Path) -> None:
    """The directory and the socket in it are closed to everybody else, each for itself."""
    embedded = begin()
    socket = Path(embedded.host) / f".s.PGSQL.{embedded.port}"

    assert socket.is_socket()
    assert (_mode(socket), _mode(embedded.host), _mode(data_dir / "postgres")) == (0o700, 0o700, 0o700)
    assert socket.owner() == psutil.Process(embedded.pid).username() != "root"


def test_nothing_listens_on_the_network(begin: Callable[[], Embedded]) -> None:
    embedded = begin()
    postmaster = psutil.Process(embedded.pid)

    listening = [
        connection
        for process in (postmaster, *postmaster.children(recursive=True))
        for connection in process.net_connections("inet")
    ]

    assert listening == []


def test_the_kernel_says_who_comes(begin: Callable[[], Embedded], data_dir: Path) -> None:
    """No rule trusts a caller who only gives a name, even if the socket were open."""
    begin()

    rules = (data_dir / "postgres" / "pg_hba.conf").read_text().splitlines()[1:]

    assert rules
    assert all(rule.startswith("local ") and rule.endswith(" peer map=whence") for rule in rules)


@needs_root
def test_closed_parents_let_pass_and_no_more(begin: Callable[[], Embedded], data_dir: Path) -> None:
    """Root's PostgreSQL is another user; it may walk to its directory, and read nothing on the way."""
    home = data_dir.parent
    home.chmod(0o700)

    begin()

    assert _mode(home) == 0o701
    assert home.owner() == "root"


@needs_root
def test_a_cluster_keeps_its_owner(begin: Callable[[], Embedded], data_dir: Path) -> None:
    """What an ordinary user made stays that user's when root starts it once."""
    nobody = pwd.getpwnam("nobody")
    for path in (data_dir, *data_dir.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)

    embedded = begin()

    assert psutil.Process(embedded.pid).username() == "nobody"
    assert {path.owner() for path in (data_dir / "postgres").rglob("*")} == {"nobody"}


@needs_root
def test_a_restored_backup_finds_an_owner(
    begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object], data_dir: Path
) -> None:
    """A copy that root made belongs to root, whom PostgreSQL refuses to serve."""
    for path in (data_dir / "postgres").rglob("*"):
        os.chown(path, 0, 0)
    os.chown(data_dir / "postgres", 0, 0)

    assert ask(begin(), "select 1") == 1


@needs_root
def test_an_unreachable_installation_is_copied(
    begin: Callable[[], Embedded],
    ask: Callable[[Embedded, str], object],
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A virtual environment below a closed directory stays closed; PostgreSQL runs from a copy of its own."""
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    wheel = binaries.wheel()
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        (closed / part.name).symlink_to(part)
    monkeypatch.setattr(sys, "path", [str(closed), *sys.path])

    embedded = begin()

    assert ask(embedded, "select 1") == 1
    assert Path(psutil.Process(embedded.pid).exe()).is_relative_to(data_dir)
    assert _mode(closed) == 0o700


@needs_root
def test_a_socket_directory_of_somebody_else_is_refused(new_dir: Path) -> None:
    """Where everybody may write, somebody may have been there before us."""
    deep = new_dir / ("deep" * 30)
    with Embedded.start(deep) as embedded:
        host = Path(embedded.host)
    host.mkdir(mode=0o700)
    os.chown(host, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(EmbeddedError, match="somebody else made it"):
        Embedded.start(deep)

    host.rmdir()


@pytest.fixture
def open_dir() -> Generator[Path]:
    """A directory of `nobody`."""
    home = Path(tempfile.mkdtemp(prefix="whence-"))
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    yield home
    shutil.rmtree(home)


def _as_nobody(data_dir: Path) -> str:
    done = subprocess.run([sys.executable, "-c", _AS_NOBODY, str(data_dir)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@needs_root
def test_an_ordinary_user_needs_no_root(open_dir: Path) -> None:
    """[RU1] The same for whoever runs it: own files, own socket, twice in a row."""
    if binaries.fault(binaries.wheel(), account.Account.of(pwd.getpwnam("nobody").pw_uid)):
        pytest.skip("this checkout is closed to `nobody`, who therefore could not have whence")

    assert [_as_nobody(open_dir / "mine") for _ in range(2)] == ["whence", "whence"]
    assert {path.owner() for path in (open_dir / "mine").rglob("*")} == {"nobody"}


@needs_root
def test_a_directory_of_another_user_is_refused(begin: Callable[[], Embedded], data_dir: Path) -> None:
    """The error names the directory and the way out, before anything is touched."""
    begin()
    data_dir.parent.chmod(0o711)

    answer = _as_nobody(data_dir)

    assert answer.startswith(f"refused: the data directory {data_dir} cannot be used")
    assert answer.endswith("WHENCE_DATA_DIR names another")
