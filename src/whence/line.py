"""Who waits for a commit, and whose turn it is: accounts take turns, and none takes the room of another.

One account alone is a plain queue.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from whence.domain.errors import Reason, Unavailable
from whence.domain.event import Report
from whence.spans import Span
from whence.store.rows import Item

MOST_TOGETHER: Final = 10_000  # ordinary reports in one commit: as many as the largest request may hold
SLICE: Final = 64  # reports of one account in a commit while others are here: some milliseconds of loop and disk
_ORDINARY: Final = 1024  # characters of a report that counts as one
_MORE: Final = 256  # each of these beyond counts as another: JSON of one byte is up to twenty when it is parsed


@dataclass(slots=True, eq=False)
class Waiting:
    """What one caller handed in, and where the answer goes: once all of it is settled, or some of it has failed."""

    account: UUID
    items: list[Item]
    span: Span
    weight: int = 0
    taken: int = 0
    settled: int = 0
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def fail(self, exc: BaseException) -> None:
        """The caller hears of it."""
        if not self.done.done():
            self.done.set_exception(exc)


@dataclass(slots=True, eq=False)
class Part:
    """Some of what one caller handed in, next in order; all of it, when nobody else is here."""

    waiting: Waiting
    items: list[Item]

    @property
    def account(self) -> UUID:
        """Whose it is."""
        return self.waiting.account

    @property
    def weight(self) -> int:
        """How many ordinary reports it counts for."""
        if len(self.items) == len(self.waiting.items):
            return self.waiting.weight
        return sum(weight(item.report) for item in self.items)

    def settle(self) -> None:
        """Each of the items has its receipt; with the last of them the caller has an answer."""
        self.waiting.settled += len(self.items)
        if self.waiting.settled == len(self.waiting.items) and not self.waiting.done.done():
            self.waiting.done.set_result(None)

    def fail(self, exc: BaseException) -> None:
        """The caller hears of it, and what is left of theirs is not tried."""
        self.waiting.fail(exc)


@dataclass(slots=True, eq=False)
class _Queue:
    callers: deque[Waiting] = field(default_factory=deque[Waiting])
    reports: int = 0
    weight: int = 0
    under_way: int = 0  # commits that hold a part of it


class Line:
    """A queue for each account that waits, or is in a commit.

    Args:
        limit: reports that may wait; one of more than a kibibyte counts for several.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queues: dict[UUID, _Queue] = {}  # whose turn is next stands first
        self._reports = 0
        self._resting = 0  # of those the reports of accounts that are in no commit
        self._weight = 0
        self._split = 0  # callers of whom some is taken and some waits: the order of it must hold

    @property
    def accounts(self) -> Collection[UUID]:
        """Who waits or is in a commit, at any time."""
        return self._queues.keys()

    @property
    def reports(self) -> int:
        """How many wait."""
        return self._reports

    def ready(self, *, apart: bool) -> int:
        """How many could be taken now; `apart`: where no account is in two commits at a time."""
        return self._resting if apart or self._split else self._reports

    def put(self, account: UUID, items: list[Item], span: Span) -> Waiting:
        """The items wait. Where that is too much, who came last of the account that has most waits no longer.

        Args:
            span: of the wait.

        Raises:
            Unavailable: that is this account.
        """
        waiting = Waiting(account, items, span, weight=sum(weight(item.report) for item in items))
        queue = self._queues.get(account)
        if self._weight and self._weight + waiting.weight > self._limit:
            self._make_room(waiting.weight, own=waiting.weight + (queue.weight if queue else 0))
            queue = self._queues.get(account)
        if queue is None:
            queue = self._queues[account] = _Queue()
        queue.callers.append(waiting)
        queue.weight += waiting.weight
        self._weight += waiting.weight
        self._wait(queue, len(items))
        return waiting

    def take(self, *, apart: bool) -> list[Part]:
        """What the next commit stores. `apart`: of each account that is in none a slice, else all that fits."""
        apart = apart or self._split > 0
        batch: list[Part] = []
        room = MOST_TOGETHER
        for account in [account for account, queue in self._queues.items() if queue.callers]:
            queue = self._queues[account]
            if room <= 0 or (apart and queue.under_way):
                continue
            parts = self._slice(queue, min(SLICE, room)) if apart else self._whole(queue, room, is_first=not batch)
            if not parts:
                break  # the next one is larger than the room that is left
            self._queues[account] = self._queues.pop(account)  # behind the others
            if not queue.under_way:
                self._resting -= queue.reports
            queue.under_way += 1
            batch += parts
            room -= sum(part.weight for part in parts)
        return batch

    def back(self, batch: list[Part]) -> None:
        """What was taken is stored, or has failed."""
        for account in dict.fromkeys(part.account for part in batch):
            queue = self._queues[account]
            queue.under_way -= 1
            if not queue.under_way:
                self._resting += queue.reports
            while queue.callers and queue.callers[0].done.done():  # the rest of what has failed
                self._leave(queue, queue.callers.popleft())
            if not queue.callers and not queue.under_way:
                del self._queues[account]

    def _whole(self, queue: _Queue, room: int, *, is_first: bool) -> list[Part]:
        """Callers as they came, as long as there is room for all of one; a first one in any case."""
        parts: list[Part] = []
        while queue.callers and (queue.callers[0].weight <= room or (is_first and not parts)):
            waiting = queue.callers.popleft()
            self._leave(queue, waiting)
            waiting.taken = len(waiting.items)
            room -= waiting.weight
            parts.append(Part(waiting, waiting.items))
        return parts

    def _slice(self, queue: _Queue, room: int) -> list[Part]:
        """Callers as they came, the last of them in part."""
        parts: list[Part] = []
        while queue.callers and room > 0:
            waiting = queue.callers[0]
            items = _first(waiting.items[waiting.taken : waiting.taken + room], room, least=0 if parts else 1)
            if not items:
                break
            part = Part(waiting, items)
            room -= part.weight
            if waiting.taken + len(items) == len(waiting.items):
                self._leave(queue, queue.callers.popleft())
                waiting.taken += len(items)
            else:
                self._split += not waiting.taken
                self._wait(queue, -len(items))
                waiting.taken += len(items)
            parts.append(part)
        return parts

    def _wait(self, queue: _Queue, more: int) -> None:
        queue.reports += more
        self._reports += more
        if not queue.under_way:
            self._resting += more

    def _leave(self, queue: _Queue, waiting: Waiting) -> None:
        """The caller, who is no longer among those of the queue, waits no more with what was left of it."""
        queue.weight -= waiting.weight
        self._weight -= waiting.weight
        self._split -= waiting.taken > 0
        self._wait(queue, waiting.taken - len(waiting.items))

    def _make_room(self, wanted: int, *, own: int) -> None:
        while self._weight and self._weight + wanted > self._limit:
            account, queue = max(self._queues.items(), key=lambda entry: entry[1].weight)
            if queue.weight <= own or not queue.callers or queue.callers[-1].taken:
                raise _full()
            last = queue.callers.pop()
            self._leave(queue, last)
            last.fail(_full())
            if not queue.callers and not queue.under_way:
                del self._queues[account]


def _full() -> Unavailable:
    """Made where it is raised: one that stands in a local of its own traceback keeps all that the caller sent."""
    return Unavailable("Service unavailable", because=Reason.QUEUE_FULL, retry_after=1)


def weight(report: Report) -> int:
    """How many ordinary reports it counts for, while it waits."""
    size = len(report.original or "")
    if report.delivery is not None and report.delivery.counts:
        size += len(report.delivery.payload.text)
    return 1 if size <= _ORDINARY else 1 + (size - _ORDINARY) // _MORE


def _first(items: list[Item], room: int, *, least: int) -> list[Item]:
    """Those that fit into the room; so many in any case."""
    for n, item in enumerate(items):
        room -= weight(item.report)
        if room < 0:
            return items[: max(n, least)]
    return items
