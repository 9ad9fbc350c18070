"""Whether somebody is alone here: to be fair costs those who share, and must cost nothing to who does not."""

from collections.abc import Callable, Collection, Hashable
from time import monotonic
from typing import Final, Generic, TypeVar

_SECONDS: Final = 1.0

K = TypeVar("K", bound=Hashable)


class Crowd(Generic[K]):
    """Who came within the last second, or stays; some are forgotten a second later. It holds no more than those.

    Args:
        staying: who came and has not left yet, as it is each time that it is looked at.
        clock: seconds, which never go back.
    """

    def __init__(self, staying: Collection[K] = (), *, clock: Callable[[], float] | None = None) -> None:
        self._staying = staying
        self._clock = clock or monotonic
        self._now: set[K] = set()
        self._before: set[K] = set()
        self._turned_at = self._clock()

    def came(self, one: K) -> None:
        """It is here."""
        self._turn()
        self._now.add(one)

    @property
    def is_many(self) -> bool:
        """Whether there are two or more."""
        self._turn()
        return len(self._now) > 1 or len(self._before) > 1 or len(self._now | self._before) > 1

    def _turn(self) -> None:
        passed = self._clock() - self._turned_at
        if passed < _SECONDS:
            return
        self._before, self._now = (self._now if passed < 2 * _SECONDS else set()), set(self._staying)
        self._turned_at += passed
