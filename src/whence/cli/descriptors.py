"""Files that describe what is monitored, from the disk or from stdin."""

import sys
from collections.abc import Iterator
from pathlib import Path

from whence.descriptors import Described, Faulty
from whence.descriptors import read as described
from whence.descriptors.found import Place

__all__ = ["Described", "Faulty", "read"]


def read(path: Path) -> Iterator[Described | Faulty]:
    """What the file (`-`: stdin) describes, document by document, in their order."""
    try:
        source = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as exc:
        yield Faulty(place=Place(file=str(path), line=1), reason=f"cannot be read: {exc.strerror}")
        return
    yield from described(source, file=str(path))
