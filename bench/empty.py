"""Where a measurement that begins with nothing begins."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def directory() -> Generator[Path]:
    """An empty one, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="whence-bench-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)  # the account that runs PostgreSQL must pass
        yield Path(made)
