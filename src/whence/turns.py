"""How much of the server an account has at a time, in front of all work: who is alone may have it all.

A request has a turn from when it is known whose it is until its answer begins: what streams, or waits for somebody
else, has none any more. Beyond an account's share the next ones wait, unread; so the sender waits, and not its
neighbours.
"""

import asyncio
from collections import deque
from contextvars import ContextVar
from time import perf_counter
from typing import Final, Self
from uuid import UUID

from whence.crowd import Crowd
from whence.domain.errors import Reason, Unavailable

ALONE: Final = 256  # requests of an account at a time: more than a commit or a core has a use for
SHARED: Final = 8  # while other accounts are here: what they wait for is the work of so few
MOST_WAITING: Final = 1_000  # requests of an account beyond its share; each is a head, and what came with it
PATIENCE: Final = 5.0  # seconds that one waits for its turn
BODIES: Final = 64 * 1024 * 1024  # bytes of bodies under way; an account may have as many as are still free
_BRIEFLY: Final = 0.00003  # seconds of work between two looks around, such as at a commit's next statement (ADR 0027)


class Turn:
    """One request, from its head to the head of its answer."""

    __slots__ = ("_account", "_bytes", "_has_ended", "_turns")

    def __init__(self, turns: "Turns") -> None:
        self._turns = turns
        self._account: UUID | None = None
        self._bytes = 0
        self._has_ended = False

    async def take(self, account: UUID) -> None:
        """The request is the account's, and its turn has come.

        Raises:
            Unavailable: it did not within a few seconds, or too many wait already.
        """
        if self._account is None and not self._has_ended:
            if not self._turns.enter(account):
                await self._turns.wait(account)
            self._belong(account)

    def hold(self, size: int) -> None:
        """So many bytes more of its body are about to be kept.

        Raises:
            Unavailable: the account, or all of those without one, would keep more than is free then.
        """
        if not self._has_ended:
            self._turns.hold(self._account, size)
            self._bytes += size

    def rest(self) -> None:
        """It only waits from now on, and the next one of its account may come."""
        if self._account is not None and not self._has_ended:
            account = self._account
            self._belong(None)
            self._turns.leave(account)

    def end(self) -> None:
        """It is answered. Once is enough."""
        if not self._has_ended:
            self._has_ended = True
            if self._bytes:
                self._turns.release(self._account, self._bytes)
            if self._account is not None:
                self._turns.leave(self._account)

    def _belong(self, account: UUID | None) -> None:
        """It is the account's from now on, with what is kept of its body."""
        if self._bytes:
            self._turns.release(self._account, self._bytes)
            self._turns.hold(account, self._bytes, always=True)
        self._account = account


_CURRENT: Final[ContextVar[Turn | None]] = ContextVar("whence_turn", default=None)


def current() -> Turn | None:
    """The turn of the request that is answered in this context."""
    return _CURRENT.get()


class Turns:
    """The turns of one process."""

    def __init__(self) -> None:
        self._under_way: dict[UUID, int] = {}
        self.crowd: Crowd[UUID] = Crowd(self._under_way.keys())
        self.floor = Floor()
        self._waiting: dict[UUID, deque[asyncio.Future[None]]] = {}
        self._bytes: dict[UUID | None, int] = {}
        self._free = BODIES

    def arrive(self) -> Turn:
        """The turn of the request that is answered in this context from now on; whoever began it ends it."""
        turn = Turn(self)
        _CURRENT.set(turn)
        return turn

    def arrive_by_task(self) -> Turn:
        """As `arrive`, for a request that nobody else ends: it does with the task that answers it."""
        turn = self.arrive()
        task = asyncio.current_task()
        if task is not None:
            task.add_done_callback(lambda _: turn.end())
        return turn

    async def take(self, account: UUID) -> None:
        """What is answered in this context is the account's, and its turn has come. Raises as `Turn.take`."""
        await (current() or self.arrive_by_task()).take(account)

    def enter(self, account: UUID) -> bool:
        """Whether one more of the account is under way now."""
        self.crowd.came(account)
        if account in self._waiting or not self._may_enter(account):
            return False
        self._under_way[account] = self._under_way.get(account, 0) + 1
        return True

    async def wait(self, account: UUID) -> None:
        """One more of the account is under way.

        Raises:
            Unavailable: too many wait, or it waited too long.
        """
        waiting = self._waiting.setdefault(account, deque())
        if len(waiting) >= MOST_WAITING:
            raise _busy()
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            async with asyncio.timeout(PATIENCE):
                await mine
        except TimeoutError:
            raise _busy() from None
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.leave(account)
            raise

    def leave(self, account: UUID) -> None:
        """One less of the account is under way; those who wait may come."""
        left = self._under_way[account] - 1
        if left:
            self._under_way[account] = left
        else:
            del self._under_way[account]
        waiting = self._waiting.get(account)
        while waiting and self._may_enter(account):
            if not (first := waiting.popleft()).done():
                self._under_way[account] = self._under_way.get(account, 0) + 1
                first.set_result(None)
        if waiting is not None and not waiting:
            del self._waiting[account]

    def hold(self, account: UUID | None, size: int, *, always: bool = False) -> None:
        """So many bytes more of the account are kept. A first body is taken whatever its size, or none ever would be.

        Raises:
            Unavailable: the account would keep more than is free then, and not `always`.
        """
        kept = self._bytes.get(account, 0)
        if kept and kept + size > self._free - size and not always:
            raise _busy()
        self._bytes[account] = kept + size
        self._free -= size

    def release(self, account: UUID | None, size: int) -> None:
        """So many bytes less of the account are kept."""
        self._free += size
        left = self._bytes[account] - size
        if left:
            self._bytes[account] = left
        else:
            del self._bytes[account]

    def _may_enter(self, account: UUID) -> bool:
        return self._under_way.get(account, 0) < (SHARED if self.crowd.is_many else ALONE)


class Floor:
    """Who works through much of a request; one at a time, and not for long without a look at what else there is.

    ```
    async with floor:
        for one in many:
            work(one)
            await floor.pause()
    ```
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._until = 0.0

    async def __aenter__(self) -> Self:
        await self._lock.acquire()
        self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()

    async def pause(self) -> None:
        """When it took long enough, somebody else has the floor for as long, and the server for a moment."""
        if perf_counter() >= self._until:
            self._lock.release()
            try:
                await asyncio.sleep(0)
            finally:
                await self._lock.acquire()
            self._begin()

    def _begin(self) -> None:
        self._until = perf_counter() + _BRIEFLY


def _busy() -> Unavailable:
    return Unavailable("Service unavailable", because=Reason.BUSY, retry_after=1)
