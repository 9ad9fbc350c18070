"""Locks of the kernel (`flock`) on files: whoever is killed lets go, and no number can be mistaken."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from whence.embedded.errors import EmbeddedError

SHARED: Final = fcntl.LOCK_SH
ALONE: Final = fcntl.LOCK_EX

_POLL: Final = 0.01


def keep(file: Path) -> int:
    """A handle to lock; close it to let go."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        # Root looked in: whoever owns the directory shall come in again.
        owner = file.parent.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle


@contextmanager
def opened(file: Path) -> Generator[int]:
    """A handle to lock while the block runs."""
    handle = keep(file)
    try:
        yield handle
    finally:
        os.close(handle)


def takes(handle: int, kind: int) -> bool:
    """Take it now, or say that others hold it."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(file: Path, *, patience: float, held: str) -> Generator[int]:
    """Hold it alone while the block runs, and wait that many seconds for it.

    Args:
        held: what is wrong when nobody lets go of it.
    """
    give_up_at = time.monotonic() + patience
    with opened(file) as handle:
        while not takes(handle, ALONE):
            if time.monotonic() > give_up_at:
                raise EmbeddedError(held)
            time.sleep(_POLL)
        yield handle
