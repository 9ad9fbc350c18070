from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Final

import pytest

from bench import data
from bench.empty import directory
from bench.size import Size

TINY: Final = Size(
    rounds=1, seconds=1, warm_seconds=1, rows=100, events=2_000, few_events=500, asks=5, views=1, posts=3,
    subscribers=5, storm=60, storm_seconds=1, starts=1, soak_seconds=4,
)  # fmt: skip


@pytest.fixture
def tiny() -> Size:
    """As little as shows that a measurement still works."""
    return TINY


@pytest.fixture
def home() -> Generator[Path]:
    """An empty directory."""
    with directory() as made:
        yield made


@pytest.fixture(scope="module")
async def filled() -> AsyncGenerator[Path]:
    """A directory that holds a history."""
    with directory() as made:
        await data.filled(made, TINY.events, 1)
        yield made
