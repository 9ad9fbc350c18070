"""Requests that wait for entities to appear: few at a time, not for long, and for nobody who has gone.

Source: DESK contract 3.8, `waitForMatch`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.types import Message

from whence.catalog import Catalog
from whence.dialects.desk.targets import Targets
from whence.domain.access import Principal
from whence.turns import current

MOST: Final = 100  # requests of a process that wait at a time; each holds its body


class Waiting:
    """The requests that wait."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._count = 0

    @property
    def is_full(self) -> bool:
        """Whether the next one is not to wait."""
        return self._count >= MOST

    async def targets(
        self, request: Request, by: Principal, look: Callable[[], Awaitable[Targets]], *, seconds: float
    ) -> Targets:
        """What `look` finds, as soon as it finds somebody; nobody when the time is over, or the caller has gone.

        Args:
            request: one whose body has been read.
        """
        self._count += 1
        if (turn := current()) is not None:
            turn.rest()
        gone = asyncio.ensure_future(request.receive())  # behind the body nothing comes but the end
        try:
            return await self._first(by, look, gone, seconds=seconds)
        finally:
            self._count -= 1
            gone.cancel()
            await asyncio.wait([gone])

    async def _first(
        self, by: Principal, look: Callable[[], Awaitable[Targets]], gone: asyncio.Future[Message], *, seconds: float
    ) -> Targets:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            change = self._catalog.next_change(by)
            found = await look()
            left = deadline - loop.time()
            if found.entities or left <= 0:
                return found
            changed = asyncio.ensure_future(self._catalog.wait_for_change(by, left, since=change))
            await asyncio.wait({changed, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not changed.done():
                changed.cancel()
                return found
            if not changed.result():
                return found
