"""The write side: reports go in, receipts come out, and what has a receipt is durable.

One commit serves everybody who waits. Nothing is acknowledged before it; what cannot be stored fails alone.
"""

import asyncio
from collections import Counter as TallyOf
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Final, TypeVar
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram

from whence.crowd import Crowd
from whence.domain.errors import Conflict, Invalid, Pushback, Reason, Refusal, Unauthenticated, Unavailable, Violation
from whence.domain.event import Accepted, Duplicate, Event, Ignored, Receipt, Rejected, Report
from whence.line import SLICE, Line, Part, Waiting
from whence.spans import NOWHERE, Spans
from whence.store import feed, once
from whence.store.append import Appended, append
from whence.store.once import Holder
from whence.store.partitions import Partitions
from whence.store.pool import Pool
from whence.store.races import won
from whence.store.rows import Item, row_id
from whence.turns import Floor

ENOUGH: Final = 32  # reports for which a second commit is begun beside another: smaller ones cost more than they save
AHEAD: Final = timedelta(days=7)  # Komodor contract 9.1: a time lies at most this far in the future

EVENTS: Final = Counter("whence_events", "Reports by outcome.", ["outcome"])
COMMIT: Final = Histogram("whence_commit_seconds", "From taking a batch of reports to its commit.", ["outcome"])
TOGETHER: Final = Histogram(
    "whence_commit_reports",
    "Reports in one commit.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000),
)
QUEUE: Final = Gauge("whence_queue_reports", "Reports that wait for a commit.", multiprocess_mode="livesum")
QUEUE_LIMIT: Final = Gauge(
    "whence_queue_limit_reports", "Reports that may wait for a commit.", multiprocess_mode="livesum"
)

Said = TypeVar("Said", Report, Event)
NOW: Final = partial(datetime.now, UTC)
log = structlog.get_logger()


class Ingest:
    """Takes reports, and commits those of all callers together. Accounts that are here together take turns.

    Args:
        retention: how old a report may be, of an account that does not say.
        queue_limit: reports that may wait; beyond, callers of the account that has most are told to come again.
        slot: where this process counts, 0..32767; processes that share one merely wait for each other.
        writers: how many commits may be under way at a time.
        clock: what time it is.
        spans: what becomes a span of each wait and of each commit.
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
        spans: Spans = NOWHERE,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._retention = retention
        QUEUE_LIMIT.set(queue_limit)
        self._spans = spans
        self._slot = slot
        self._writers = writers
        self._partitions = Partitions()
        self._line = Line(queue_limit)
        self._crowd: Crowd[UUID] = Crowd(self._line.accounts)
        self._floor = Floor()
        self._committing = 0
        self._enough = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    async def accept(
        self, account: UUID, reports: Sequence[Report], *, retention: timedelta | None = None
    ) -> list[Receipt]:
        """A receipt for each report, in order; the accepted ones are durable.

        Args:
            retention: how old a report of the account may be; None: as old as the installation says.

        Raises:
            Unavailable: the queue is full, the database cannot be reached, or the server is stopping. Whether
                something was stored is then unknown: an idempotency key makes it safe to send again.
            Unauthenticated: the account was deleted meanwhile; nothing is left of what was stored by then.
        """
        outcomes = await self._settled(account, reports, retention)
        return [outcome for outcome in outcomes if not isinstance(outcome, Ignored)]  # which only signals can be

    async def deliver(
        self, account: UUID, reports: Sequence[Report], *, retention: timedelta | None = None
    ) -> list[Refusal]:
        """Take the reports of signals; the refusals of those that could not be stored, the rest being durable.

        Raises:
            Unavailable, Unauthenticated: as `accept`.
        """
        outcomes = await self._settled(account, reports, retention)
        return [outcome.refusal for outcome in outcomes if isinstance(outcome, Rejected)]

    async def _settled(
        self, account: UUID, reports: Sequence[Report], retention: timedelta | None
    ) -> list[Receipt | Ignored]:
        items = await self._items(reports, retention)
        if self._closing:  # asked last: nothing that is drained by then may be waited for
            raise Unavailable("Service unavailable", because=Reason.STOPPING, retry_after=1)
        if writable := [item for item in items if item.receipt is None]:
            with self._spans.within("commit.wait") as span:
                waiting = self._line.put(account, writable, span)
                self._crowd.came(account)
                self._idle.clear()
                self._wake()
                try:
                    await waiting.done
                finally:
                    del waiting  # an error would lead to it and it to the error, until somebody collects them
        return _counted(items)

    async def _items(self, reports: Sequence[Report], retention: timedelta | None) -> list[Item]:
        """The reports with their ids; those out of range are rejected."""
        now = self._clock()
        oldest, newest = now - (retention or self._retention), now + AHEAD

        def item(report: Report) -> Item:
            kept = oldest <= report.span.start and report.span.end <= newest
            return Item(
                id=row_id(now), report=report, receipt=None if kept else self._out_of_range(report, now, retention)
            )

        if len(reports) <= SLICE:
            return [item(report) for report in reports]
        items: list[Item] = []
        async with self._floor:
            for report in reports:
                items.append(item(report))
                await self._floor.pause()
        return items

    async def accept_one(
        self, account: UUID, report: Report, *, retention: timedelta | None = None
    ) -> Accepted | Duplicate:
        """The receipt of a single report.

        Raises:
            Invalid, Conflict: why it was rejected.
            Unavailable, Unauthenticated: as `accept`.
        """
        (receipt,) = await self.accept(account, [report], retention=retention)
        if isinstance(receipt, Rejected):
            raise receipt.refusal
        return receipt

    async def held(self, account: UUID, keys: Sequence[str]) -> dict[str, Holder]:
        """The idempotency keys among these that hold, each with its event: for answers that are made of many events."""
        async with self._pool.reader() as db:
            return await once.held(db, account, keys, at=datetime.now(UTC))

    def dropped(self, _: str) -> None:
        """Some month was dropped, which somebody who keeps more by now may still write to."""
        self._partitions.forget()

    def missed(self, listening: bool) -> None:  # noqa: FBT001  the signature that an Ear calls
        """Some month may have been dropped unheard."""
        if listening:
            self._partitions.forget()

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

    def in_range(self, said: Said, *, retention: timedelta | None = None) -> Said:
        """The same, whose time is one that is kept.

        Raises:
            Invalid: it is older than the retention, or too far ahead.
        """
        return self._in_range(said, self._clock(), retention)

    def time_fault(self, at: datetime, *, now: datetime, retention: timedelta | None = None) -> str | None:
        """Why no report may begin or end then, if so."""
        kept = retention or self._retention
        if at < now - kept:
            return f"must not be older than {kept.days} days"
        if at > now + AHEAD:
            return f"must be at most {AHEAD.days} days ahead"
        return None

    def _in_range(self, said: Said, now: datetime, retention: timedelta | None) -> Said:
        faults: list[Violation] = []
        ends = (("time", said.span.start), ("end_time", said.span.end))
        for path, at in ends[:1] if said.span.is_moment else ends:
            far = at > now and isinstance(said, Report) and said.may_be_far
            if not far and (fault := self.time_fault(at, now=now, retention=retention)):
                faults.append(Violation(path=path, message=fault))
        if faults:
            raise Invalid(faults)
        return said

    def _out_of_range(self, report: Report, now: datetime, retention: timedelta | None) -> Rejected | None:
        try:
            self._in_range(report, now, retention)
        except Invalid as refusal:
            return Rejected(refusal=refusal)
        return None

    async def _write(self) -> None:
        while True:
            await self._enough.wait()
            if not self._has_enough():
                self._wake()  # another writer was woken as well, and has taken it
                continue
            self._committing += 1
            batch = self._take()
            await self._settle(batch)
            self._line.back(batch)
            del batch  # else it would be kept until the next one
            self._committing -= 1
            self._wake()

    def _has_enough(self) -> bool:
        """Whether a commit is worth it: beside one that is under way, a few reports rather wait for its end.

        Unless those are another account's: whoever is in a commit with much, or often, keeps nobody else waiting.
        """
        apart = self._crowd.is_many
        ready = self._line.ready(apart=apart)
        return ready > 0 and (not self._committing or ready >= ENOUGH or apart or self._closing)

    def _wake(self) -> None:
        """Let a writer begin when there is enough for a commit, and tell when there is nothing left to do."""
        if self._has_enough():
            self._enough.set()
        else:
            self._enough.clear()
        if not self._line.reports and not self._committing:
            self._idle.set()

    def _take(self) -> list[Part]:
        batch = self._line.take(apart=self._crowd.is_many)
        self._wake()
        QUEUE.set(self._line.reports)
        return batch

    async def _settle(self, batch: list[Part]) -> None:
        """Every part of the batch is settled after the call, or its caller was told why not."""
        try:
            await won(partial(self._attempt, batch))
        except Pushback as refusal:
            for part in batch:
                part.fail(refusal)
        except (Invalid, Conflict) as refusal:
            await self._isolate(batch, refusal)
        except Unauthenticated as refusal:  # one of the accounts was deleted meanwhile
            await self._apart(batch, refusal)
        except Exception as exc:  # the edge of a background turn: whoever waits must hear of it
            log.exception("batch.broken", callers=len(batch))
            for part in batch:
                part.fail(exc)
        else:
            for part in batch:
                part.settle()

    async def _apart(self, batch: list[Part], refusal: Refusal) -> None:
        """One of the callers is nobody any more: only that one fails, and whole."""
        if len(batch) > 1:
            for part in batch:
                await self._settle([part])
            return
        batch[0].fail(refusal)

    async def _isolate(self, batch: list[Part], refusal: Refusal) -> None:
        """Something in the batch cannot be stored: try its parts, so that only that fails."""
        if len(batch) > 1:
            for part in batch:
                await self._settle([part])
            return
        (part,) = batch
        if len(part.items) == 1:
            log.warning("report.unstorable", exc_info=refusal.__cause__)
            part.items[0].receipt = Rejected(refusal=refusal)
            part.settle()
            return
        for item in part.items:
            alone = Waiting(part.account, [item], part.waiting.span)
            await self._settle([Part(alone, alone.items)])
            if error := alone.done.exception():
                item.receipt = Rejected(refusal=error) if isinstance(error, Refusal) else None
                if item.receipt is None:
                    part.fail(error)
                    return
        part.settle()

    async def _attempt(self, batch: list[Part]) -> None:
        """One commit; its span and those of everybody who waits for it lead to each other."""
        with self._spans.within("commit") as span:
            span.put("whence.reports", sum(len(part.items) for part in batch))
            span.put("whence.accounts", len({part.account for part in batch}))
            for part in batch:
                span.link(part.waiting.span)
                part.waiting.span.link(span)
            await self._commit(batch)

    async def _commit(self, batch: list[Part]) -> None:
        started = perf_counter()
        items_by_account: dict[UUID, list[Item]] = {}
        for part in batch:
            for item in part.items:
                item.receipt = item.opened = item.alert_id = None  # a batch that is tried again begins anew
            items_by_account.setdefault(part.account, []).extend(part.items)
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
                else:
                    await feed.hold(db, account)
        COMMIT.labels(outcome="committed").observe(perf_counter() - started)
        TOGETHER.observe(sum(map(len, items_by_account.values())))


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
