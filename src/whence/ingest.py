"""The write side: reports go in, receipts come out, and what has a receipt is durable.

One commit serves everybody who waits. Nothing is acknowledged before it; what cannot be stored fails alone.
"""

import asyncio
from collections import Counter as TallyOf
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Final, TypeVar
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram

from whence.domain.errors import Conflict, Invalid, Pushback, Refusal, Unavailable
from whence.domain.event import Accepted, Duplicate, Event, Ignored, Receipt, Rejected, Report
from whence.domain.identity import new_id
from whence.store import feed, once
from whence.store.append import Appended, append
from whence.store.once import Holder
from whence.store.partitions import Partitions
from whence.store.pool import Pool
from whence.store.rows import Item

ENOUGH: Final = 32  # reports for which a second commit is begun beside another: smaller ones cost more than they save
MOST_TOGETHER: Final = 10_000  # reports in one commit: as many as the largest request may hold
MOST_RACES: Final = 8  # that a batch may lose before its callers are told to come again
AHEAD: Final = timedelta(days=7)  # Komodor contract 9.1: a time lies at most this far in the future

EVENTS: Final = Counter("whence_events", "Reports by outcome.", ["outcome"])
COMMIT: Final = Histogram("whence_commit_seconds", "From taking a batch of reports to its commit.", ["outcome"])
TOGETHER: Final = Histogram(
    "whence_commit_reports",
    "Reports in one commit.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000),
)
QUEUE: Final = Gauge("whence_queue_reports", "Reports that wait for a commit.")

Said = TypeVar("Said", Report, Event)
NOW: Final = partial(datetime.now, UTC)
log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiting:
    """What one caller handed in, and where the answer goes."""

    account: UUID
    items: list[Item]
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Ingest:
    """Takes reports, and commits those of all callers together.

    Args:
        retention: how old a report may be.
        queue_limit: reports that may wait; beyond, callers are told to come again.
        slot: where this process counts, 0..32767; processes that share one merely wait for each other.
        writers: how many commits may be under way at a time.
        clock: what time it is.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        retention: timedelta,
        queue_limit: int,
        slot: int,
        writers: int = 2,
        clock: Callable[[], datetime] = NOW,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._retention = retention
        self._queue_limit = queue_limit
        self._slot = slot
        self._writers = writers
        self._partitions = Partitions()
        self._queue: deque[_Waiting] = deque()
        self._queued = 0
        self._committing = 0
        self._enough = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    async def accept(self, account: UUID, reports: Sequence[Report]) -> list[Receipt]:
        """A receipt for each report, in order; the accepted ones are durable.

        Raises:
            Unavailable: the queue is full, the database cannot be reached, or the server is stopping. Whether
                something was stored is then unknown: an idempotency key makes it safe to send again.
        """
        outcomes = await self._settled(account, reports)
        return [outcome for outcome in outcomes if not isinstance(outcome, Ignored)]  # which only signals can be

    async def deliver(self, account: UUID, reports: Sequence[Report]) -> list[Refusal]:
        """Take the reports of signals; the refusals of those that could not be stored, the rest being durable.

        Raises:
            Unavailable: as `accept`.
        """
        outcomes = await self._settled(account, reports)
        return [outcome.refusal for outcome in outcomes if isinstance(outcome, Rejected)]

    async def _settled(self, account: UUID, reports: Sequence[Report]) -> list[Receipt | Ignored]:
        if self._closing or self._queued + len(reports) > max(self._queue_limit, len(reports)):
            raise Unavailable("Service unavailable", retry_after=1)
        now = self._clock()
        items = [Item(id=new_id(now), report=report, receipt=self._out_of_range(report, now)) for report in reports]
        if writable := [item for item in items if item.receipt is None]:
            waiting = _Waiting(account=account, items=writable)
            self._queue.append(waiting)
            self._queued += len(writable)
            self._idle.clear()
            self._wake()
            await waiting.done
        return _counted(items)

    async def accept_one(self, account: UUID, report: Report) -> Accepted | Duplicate:
        """The receipt of a single report.

        Raises:
            Invalid, Conflict: why it was rejected.
            Unavailable: as `accept`.
        """
        (receipt,) = await self.accept(account, [report])
        if isinstance(receipt, Rejected):
            raise receipt.refusal
        return receipt

    async def held(self, account: UUID, keys: Sequence[str]) -> dict[str, Holder]:
        """The idempotency keys among these that hold, each with its event: for answers that are made of many events."""
        async with self._pool.reader() as db:
            return await once.held(db, account, keys, at=datetime.now(UTC))

    async def run(self) -> None:
        """Commit what arrives until cancelled; cancel after `drain`."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._writers):
                group.create_task(self._write())

    async def drain(self) -> None:
        """Take nothing more, and return when all that was taken is answered."""
        self._closing = True
        self._wake()
        await self._idle.wait()

    def in_range(self, said: Said) -> Said:
        """The same, whose time is one that is kept.

        Raises:
            Invalid: it is older than the retention, or too far ahead.
        """
        return self._in_range(said, self._clock())

    def time_fault(self, at: datetime, *, now: datetime) -> str | None:
        """Why no report may begin or end then, if so."""
        if at < now - self._retention:
            return f"must not be older than {self._retention.days} days"
        if at > now + AHEAD:
            return f"must be at most {AHEAD.days} days ahead"
        return None

    def _in_range(self, said: Said, now: datetime) -> Said:
        for path, at in (("time", said.span.start), ("end_time", said.span.end)):
            far = at > now and isinstance(said, Report) and said.may_be_far
            if not far and (fault := self.time_fault(at, now=now)):
                raise Invalid.at(path, fault)
        return said

    def _out_of_range(self, report: Report, now: datetime) -> Rejected | None:
        try:
            self._in_range(report, now)
        except Invalid as refusal:
            return Rejected(refusal=refusal)
        return None

    async def _write(self) -> None:
        while True:
            await self._enough.wait()
            if not self._has_enough():
                continue  # another writer was woken as well, and has taken it
            self._committing += 1
            await self._settle(self._take())
            self._committing -= 1
            self._wake()

    def _has_enough(self) -> bool:
        """Whether a commit is worth it: beside one that is under way, a few reports rather wait for its end."""
        return bool(self._queue) and (not self._committing or self._queued >= ENOUGH or self._closing)

    def _wake(self) -> None:
        """Let a writer begin when there is enough for a commit, and tell when there is nothing left to do."""
        if self._has_enough():
            self._enough.set()
        else:
            self._enough.clear()
        if not self._queue and not self._committing:
            self._idle.set()

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        total = 0
        while self._queue and (not batch or total + len(self._queue[0].items) <= MOST_TOGETHER):
            waiting = self._queue.popleft()
            total += len(waiting.items)
            batch.append(waiting)
        self._queued -= total
        self._wake()
        QUEUE.set(self._queued)
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        """Every caller of the batch has an answer after the call."""
        try:
            await self._win(batch)
        except Pushback as refusal:
            for waiting in batch:
                _fail(waiting, refusal)
        except (Invalid, Conflict) as refusal:
            await self._isolate(batch, refusal)
        except Exception as exc:  # the edge of a background turn: whoever waits must hear of it
            log.exception("batch.broken", callers=len(batch))
            for waiting in batch:
                _fail(waiting, exc)
        else:
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_result(None)

    async def _isolate(self, batch: list[_Waiting], refusal: Refusal) -> None:
        """Something in the batch cannot be stored: try its parts, so that only that fails."""
        if len(batch) > 1:
            for waiting in batch:
                await self._settle([waiting])
            return
        (waiting,) = batch
        if len(waiting.items) == 1:
            log.warning("report.unstorable", exc_info=refusal.__cause__)
            waiting.items[0].receipt = Rejected(refusal=refusal)
            if not waiting.done.done():
                waiting.done.set_result(None)
            return
        for item in waiting.items:
            alone = _Waiting(account=waiting.account, items=[item])
            await self._settle([alone])
            if error := alone.done.exception():
                item.receipt = Rejected(refusal=error) if isinstance(error, Refusal) else None
                if item.receipt is None:
                    _fail(waiting, error)
                    return
        if not waiting.done.done():
            waiting.done.set_result(None)

    async def _win(self, batch: list[_Waiting]) -> None:
        """Commit the batch, as often as another writer comes first; he who does has let us pass by then."""
        for _ in range(MOST_RACES):
            try:
                return await self._commit(batch)
            except Unavailable as refusal:
                if not refusal.lost_race:
                    raise
        return await self._commit(batch)

    async def _commit(self, batch: list[_Waiting]) -> None:
        started = perf_counter()
        items_by_account: dict[UUID, list[Item]] = {}
        for waiting in batch:
            for item in waiting.items:
                item.receipt = item.opened = item.alert_id = None  # a batch that is tried again begins anew
            items_by_account.setdefault(waiting.account, []).extend(waiting.items)
        await self._partitions.ensure(
            self._pool, (item.report.span.start for items in items_by_account.values() for item in items)
        )
        at = self._clock()
        async with self._pool.transaction() as db:
            new: dict[UUID, Appended] = {}
            for account in sorted(items_by_account):  # one order for all, so that no two writers block each other
                new[account] = await append(db, account, items_by_account[account], at=at, slot=self._slot)
            for account, made in new.items():
                if made.items or made.alert_ids:
                    await feed.announce(
                        db,
                        account,
                        event_ids=[item.id for item in made.items],
                        occurred_at=[item.report.span.start for item in made.items],
                        alert_ids=made.alert_ids,
                    )
        COMMIT.labels(outcome="committed").observe(perf_counter() - started)
        TOGETHER.observe(sum(map(len, items_by_account.values())))


def _fail(waiting: _Waiting, exc: BaseException) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(exc)


_OUTCOMES: Final = {
    Accepted: EVENTS.labels("accepted"),
    Duplicate: EVENTS.labels("duplicate"),
    Ignored: EVENTS.labels("ignored"),
    Rejected: EVENTS.labels("rejected"),
}


def _counted(items: Sequence[Item]) -> list[Receipt | Ignored]:
    receipts = [item.receipt for item in items if item.receipt is not None]
    if len(receipts) == 1:
        _OUTCOMES[type(receipts[0])].inc()
        return receipts
    for kind, times in TallyOf(map(type, receipts)).items():
        _OUTCOMES[kind].inc(times)
    return receipts
