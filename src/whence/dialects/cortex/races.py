"""What is begun again when another writer changed what it was based on."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from whence.domain.errors import Conflict

T = TypeVar("T")

MOST: Final = 50  # that may be lost: of those who write the same, one succeeds each time


async def won(attempt: Callable[[], Awaitable[T]]) -> T:
    """What the attempt, which reads and then writes, gives.

    Raises:
        Conflict: each time another one came first. Whatever else the attempt raises, at once.
    """
    for _ in range(MOST):
        try:
            return await attempt()
        except Conflict:  # it was written, or removed, since it was read
            continue
    return await attempt()
