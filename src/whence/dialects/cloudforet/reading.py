"""The message of a call over gRPC: read once it is known whose the call is, a few at a time, counted while it is kept.

A call has its token beside the message, and nobody says in advance how long the message is.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from whence.dialects.cloudforet.errors import Code, Fault
from whence.domain.access import Principal
from whence.domain.errors import Reason, Unavailable
from whence.turns import PATIENCE, current

KNOWN: Final = 16  # messages of 4 MiB at most that are read at a time
EACH: Final = 4  # of them of one account: who is slow keeps no other waiting
STRANGERS: Final = 16  # besides, of callers that show no token
SECONDS: Final = 20.0  # in which a message is there, once it is read


class Reading:
    """Reads messages. Callers without a token have places of their own, and take none from those who have one."""

    def __init__(self) -> None:
        self._known = asyncio.Semaphore(KNOWN)
        self._strangers = asyncio.Semaphore(STRANGERS)
        self._of_account = WeakValueDictionary[UUID, asyncio.Semaphore]()

    async def message(self, sent: AsyncIterator[bytes], by: Principal | None) -> bytes:
        """All that is sent; until the call is answered it counts as a body of its account.

        Raises:
            Unavailable: none of the places is free for some seconds, or too much is kept already.
            Fault: it does not come in time, or there is not just one.
        """
        async with _taken(self._places(by)):
            try:
                async with asyncio.timeout(SECONDS):
                    message, many = await _first(sent)
            except TimeoutError:
                raise Fault(Code.UNREADABLE, f"The message did not come within {SECONDS:.0f} seconds.") from None
        if many != 1:
            raise Fault(Code.UNREADABLE, f"A call has one message, and {many} came.")
        if (turn := current()) is not None:
            turn.hold(len(message))
        return message

    def _places(self, by: Principal | None) -> Sequence[asyncio.Semaphore]:
        """Of which each must have one that is free."""
        if by is None:
            return [self._strangers]
        return [self._of_account.setdefault(by.account_id, asyncio.Semaphore(EACH)), self._known]


async def _first(sent: AsyncIterator[bytes]) -> tuple[bytes, int]:
    """The first message, and how many came: the library lets go of what it read once it has come to the end."""
    first, many = b"", 0
    async for one in sent:
        first = first if many else one
        many += 1
    return first, many


@asynccontextmanager
async def _taken(places: Sequence[asyncio.Semaphore]) -> AsyncGenerator[None]:
    async with AsyncExitStack() as taken:
        try:
            async with asyncio.timeout(PATIENCE):
                for one in places:
                    await taken.enter_async_context(one)
        except TimeoutError:
            raise Unavailable("Service unavailable", because=Reason.BUSY, retry_after=1) from None
        yield
