"""Every measurement by its name. FRESH ones want an empty directory, STORED ones one that holds a history."""

import tempfile
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench import bodies, data, live, stored, writes
from bench.entity import newest
from bench.figure import Figure
from bench.overview import overview
from bench.size import Size
from bench.start import start

DAYS: Final = 30

Measure = Callable[[Size, Path], Awaitable[list[Figure]]]


@contextmanager
def directory() -> Generator[Path]:
    """An empty one, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="whence-bench-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)  # the account that runs PostgreSQL must pass
        yield Path(made)


async def _entity(size: Size, filled: Path) -> list[Figure]:
    with directory() as few:
        await data.filled(few, size.few_events, DAYS)
        async with stored.opened(filled) as there:
            return await newest(there, few, size)


async def _overview(size: Size, filled: Path) -> list[Figure]:
    async with stored.opened(filled) as there:
        return await overview(there, size)


async def _memory(size: Size, filled: Path) -> list[Figure]:
    async with stored.opened(filled) as there:
        return await live.memory(there, size)


FRESH: Final[Mapping[str, Measure]] = {
    "single-native": lambda size, empty: writes.single("native", "/v1/events", bodies.native, size, empty),
    "single-komodor": lambda size, empty: writes.single("Komodor", "/mgmt/v1/events", bodies.komodor, size, empty),
    "batch": lambda size, empty: writes.batch("/v1/events", size, empty),
    "live": live.seen,
}
STORED: Final[Mapping[str, Measure]] = {
    "entity": _entity,
    "overview": _overview,
    "memory": _memory,
    "start": start,
}
BY_WRK: Final = frozenset({"single-native", "single-komodor", "batch"})
