"""What is begun again when another writer came first."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from whence.domain.errors import Unavailable

T = TypeVar("T")

MOST: Final = 8  # that may be lost before the caller is told to come again


async def won(attempt: Callable[[], Awaitable[T]]) -> T:
    """What the attempt, a transaction, gives; he who came first has let us pass by the next one.

    Raises:
        Unavailable: with `lost_race`: each time another one came first. Whatever else the attempt raises, at once.
    """
    for _ in range(MOST):
        try:
            return await attempt()
        except Unavailable as refusal:
            if not refusal.lost_race:
                raise
    return await attempt()
