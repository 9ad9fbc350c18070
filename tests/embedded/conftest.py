"""A data directory, and questions to the database in it."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import asyncpg
import pytest

from whence.embedded import Dsn, Embedded


@pytest.fixture(scope="session")
def made() -> Generator[Path]:
    """A data directory that was in use once. To make one costs half a second, to copy it a twentieth."""
    home = Path(tempfile.mkdtemp(prefix="whence-"))
    Embedded.start(home / "made").stop()
    yield home / "made"
    shutil.rmtree(home)


@pytest.fixture
def new_dir() -> Generator[Path]:
    """A data directory that is not there yet, with the letters that hurt, short enough for a socket."""
    home = Path(tempfile.mkdtemp(prefix="whence-"))
    yield home / "my data, 1"
    shutil.rmtree(home)


@pytest.fixture
def data_dir(made: Path, new_dir: Path) -> Path:
    """The same, used before."""
    subprocess.run(["cp", "-a", made, new_dir], check=True)
    return new_dir


@pytest.fixture
def begin(data_dir: Path) -> Generator[Callable[[], Embedded]]:
    """Starts a user of `data_dir`; each is stopped in the end."""
    started: list[Embedded] = []

    def start() -> Embedded:
        started.append(Embedded.start(data_dir))
        return started[-1]

    yield start
    for embedded in started:
        embedded.stop()


@pytest.fixture
def ask() -> Callable[[Embedded, str], object]:
    """Runs one statement on a connection of its own; gives its first value."""

    async def answer(dsn: Dsn, sql: str) -> object:
        connection = await asyncpg.connect(**dsn, timeout=10)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return lambda embedded, sql: asyncio.run(answer(embedded.dsn, sql))
