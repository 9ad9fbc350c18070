"""A small disk in place of a directory, which a test fills and makes room on again."""

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.server import kill_postgres, postmaster

_SPARE: Final = 40 * 1024 * 1024  # a start makes the next pieces of the log, of 16 MiB each
_PIECE: Final = bytes(4096)


class Disk:
    """One that is mounted at the directory. See `small_disk`."""

    def __init__(self, directory: Path) -> None:
        self._ballast = directory / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(_PIECE)
        owner = self._ballast.parent.stat()
        os.chown(self._ballast, owner.st_uid, owner.st_gid)  # PostgreSQL looks at every file when it recovers

    def make_room(self) -> None:
        """As much as there was."""
        self._ballast.unlink()


@contextmanager
def small_disk(data_dir: Path, below: str) -> Generator[Disk]:
    """A disk of its own for what PostgreSQL keeps there; PostgreSQL has ended with the block.

    Skips where nobody may mount one, as in most containers.
    """
    place = data_dir / "postgres" / below
    kept = place.with_name(f"{place.name}.kept")
    place.rename(kept)
    place.mkdir()
    size = sum(file.stat().st_size for file in kept.rglob("*")) + _SPARE
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}", "whence-tests", str(place)]
    mounted = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here, so none is filled: {mounted.stderr.strip()}")
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", place], check=True)
        shutil.rmtree(kept)
        yield Disk(place)
    finally:
        if postmaster(data_dir) is not None:
            kill_postgres(data_dir)
        subprocess.run(["umount", "--lazy", place], check=True)
