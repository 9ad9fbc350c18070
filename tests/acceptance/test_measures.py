"""That the longest of the measurements run, on next to nothing; their figures mean nothing here."""

from pathlib import Path

import pytest

from bench.empty import directory
from bench.measures import FRESH
from tests.bench.conftest import TINY


@pytest.mark.parametrize("name", ["causes", "storm"])
async def test_what_is_measured(name: str) -> None:
    """Each figure was sampled."""
    with directory() as home:
        figures = await FRESH[name](TINY, Path(home))

    assert figures
    assert all(one.samples["whence"] for one in figures)
