"""How long things took."""

from collections.abc import Awaitable, Sequence
from math import ceil
from time import perf_counter


async def millis(done: Awaitable[object]) -> float:
    """Milliseconds until it was done."""
    started = perf_counter()
    await done
    return (perf_counter() - started) * 1000


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed: nearest rank, so one that was measured."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
