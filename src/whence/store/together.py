"""One question to the database for all who ask at the same time, where each must have what is so now.

Nothing is remembered: an answer was looked up after its question was asked. Who asks while others are being answered
waits for the next turn, and shares it with all who have come by then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Together(Generic[K, V]):
    """Answers by key.

    Args:
        load: the answers to some keys; one that has none is left out.
        most: keys that are loaded at a time.
    """

    def __init__(self, load: Callable[[Collection[K]], Awaitable[Mapping[K, V]]], *, most: int = 1000) -> None:
        self._load = load
        self._most = most
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._turn: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """What is so now. Raises what `load` raises."""
        return await asyncio.shield(self._asked(key))  # who is cancelled takes nothing from the others

    async def some(self, keys: Collection[K]) -> dict[K, V]:
        """What is so now of each key that has an answer. Raises what `load` raises."""
        asked = {key: self._asked(key) for key in keys}
        found = {key: await asyncio.shield(future) for key, future in asked.items()}
        return {key: one for key, one in found.items() if one is not None}

    def _asked(self, key: K) -> asyncio.Future[V | None]:
        asked = self._waiting.get(key)
        if asked is None:
            asked = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._turn is None:
            self._turn = asyncio.create_task(self._answer())
        return asked

    async def _answer(self) -> None:
        while self._waiting:
            keys = list(self._waiting)[: self._most]
            asked = {key: self._waiting.pop(key) for key in keys}
            try:
                found = await self._load(asked)
            except Exception as exc:  # noqa: BLE001  whoever waits must hear of it
                for future in asked.values():
                    future.set_exception(exc)
                    future.exception()  # so that nobody needs to be left who hears it
            else:
                for key, future in asked.items():
                    future.set_result(found.get(key))
        self._turn = None
