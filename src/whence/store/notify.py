"""What other processes say through the database, and what this one may remember until they say otherwise."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import structlog

from whence.domain.errors import Unavailable
from whence.store.pool import Pool

K = TypeVar("K")
V = TypeVar("V")

_RETRY_SECONDS: Final = 0.2  # between attempts to listen again; the database may be restarting
log = structlog.get_logger()


class Ear:
    """One listening connection of the process, kept alive; each channel has one who hears.

    `missed` is called when something may have been said unheard: when the connection ends and when it is back.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._channels: dict[str, tuple[Callable[[str], None], Callable[[bool], None]]] = {}

    def hear(self, channel: str, heard: Callable[[str], None], missed: Callable[[bool], None]) -> None:
        """Before `run`: call `heard` with each payload, and `missed` with whether we are listening again."""
        self._channels[channel] = heard, missed

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            lost = asyncio.Event()
            try:
                async with self._pool.listening({c: heard for c, (heard, _) in self._channels.items()}, lost.set):
                    self._tell(listening=True)
                    await lost.wait()
            except Unavailable:
                pass
            self._tell(listening=False)
            log.warning("feed.lost", retry_seconds=_RETRY_SECONDS)
            await asyncio.sleep(_RETRY_SECONDS)

    def _tell(self, *, listening: bool) -> None:
        for _, missed in self._channels.values():
            missed(listening)


class Remembered(Generic[K, V]):
    """Answers of the database that hold until a notification says otherwise; the oldest are forgotten first.

    While nobody listens nothing is remembered. An answer that was asked for before a change and came after it
    is not remembered either.
    """

    def __init__(self, load: Callable[[K], Awaitable[V | None]], *, limit: int) -> None:
        self._load = load
        self._limit = limit
        self._known: OrderedDict[K, V] = OrderedDict()
        self._changes = 0
        self._listening = False

    async def get(self, key: K) -> V | None:
        """The answer; None, which is never remembered, when there is none."""
        if (known := self._known.get(key)) is not None:
            return known
        changes = self._changes
        value = await self._load(key)
        if value is not None and self._listening and changes == self._changes:
            self._known[key] = value
            if len(self._known) > self._limit:
                self._known.popitem(last=False)
        return value

    def known(self, key: K) -> V | None:
        """The answer, if it is remembered: for those who ask so often that a coroutine costs too much."""
        return self._known.get(key)

    def forget(self, key: K) -> None:
        """Ask again for this one."""
        self._changes += 1
        self._known.pop(key, None)

    def forget_all(self) -> None:
        """Ask again for every one."""
        self._changes += 1
        self._known.clear()

    def listening(self, yes: bool) -> None:  # noqa: FBT001  # the signature of Ear.hear's `missed`
        """Whether changes are heard from now on."""
        self._listening = yes
        self.forget_all()
