"""The likely causes of what alerts: evidence is gathered in one moment of the database, then ranked without it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from whence.correlate.causes import Evidence, rank
from whence.domain.access import Principal
from whence.domain.cause import Cause, Of, Ranking
from whence.domain.entity import Entity
from whence.domain.errors import Reason, Unauthenticated, Unavailable
from whence.domain.event import Event, Span
from whence.domain.problem import Problem
from whence.store import entities, events, evidence, explanations, feed
from whence.store.explanations import Urgency
from whence.store.graph import Graphs
from whence.store.pool import Pool

LOOKBACK: Final = timedelta(hours=2)
SHORTEST_LOOKBACK: Final = timedelta(minutes=1)
LONGEST_LOOKBACK: Final = timedelta(days=7)
# What is outside of these is not looked into, so that no arithmetic on what is inside leaves the calendar.
_EARLIEST: Final = datetime(1971, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_DAWN: Final = datetime.min.replace(tzinfo=UTC)
_AT_ONCE: Final = 2  # questions: one asks the database while one is ranked. It is all processor, and much memory
_PATIENCE: Final = timedelta(seconds=10)
_KEPT: Final = 10  # causes of a problem
_SOON: Final = timedelta(seconds=5)  # a young problem is looked at again then, an old one ever later
_LATE: Final = timedelta(minutes=5)  # but by then, if only because relations are no events
_LEASE: Final = timedelta(seconds=30)
_MOST_DUE: Final = 2  # problems that are claimed at a time: what becomes due meanwhile may be more urgent
_ACCOUNTS: Final = 500  # that are asked about at a time

_NOBODY: Final = UUID(int=0)  # no account comes before
NOW: Final = partial(datetime.now, UTC)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The causes of what alerted in `window`, as it was known at `at`, with the entities and events that they are."""

    at: datetime
    window: Span
    ranking: Ranking
    entities: Mapping[str, Entity]
    events: Mapping[UUID, Event]


class Causes:
    """Why an account's entities alert.

    Args:
        patience: how long a question waits for its turn.
    """

    def __init__(self, pool: Pool, *, clock: Callable[[], datetime] = NOW, patience: timedelta = _PATIENCE) -> None:
        self._pool = pool
        self._graphs = Graphs()
        self._clock = clock
        self._patience = patience
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._again_after = dict.fromkeys(Urgency, _NOBODY)

    async def explain(
        self,
        by: Principal,
        *,
        at: datetime | None = None,
        about: Entity | None = None,
        problem: Problem | None = None,
        lookback: timedelta = LOOKBACK,
        of: Of = Of.ENTITIES,
        limit: int,
    ) -> Explanation:
        """The likely causes, best first, `limit` at most. The same data gives the same answer.

        Args:
            at: as of when; None: now, of a problem that is over when it ended. Nothing later is looked at.
            about: what it suffers from; None: whatever alerts.
            problem: whose alerts are to be explained, and no others.
            lookback: how long before `at` an alert may have opened, and how long before the first alert a change may
                have been made. What has been open for longer counts as `store.evidence.gather` says.

        Raises:
            Unavailable: too many ask at once.
        """
        over = None if problem is None else problem.closed_at
        end = at or over or self._clock()
        if not _EARLIEST <= end <= _LATEST:
            return _of_nothing(end, lookback)
        async with self._turn():
            async with self._pool.snapshot() as db:
                found = await (
                    evidence.gather(
                        db,
                        self._graphs,
                        by.account_id,
                        at=end,
                        lookback=lookback,
                        about=None if about is None else about.id,
                    )
                    if problem is None
                    else evidence.of_problem(db, self._graphs, by.account_id, problem.id, at=end, lookback=lookback)
                )
            ranking = await asyncio.to_thread(rank, found, of=of, limit=limit)
        return await self._shown(by, end, found, ranking)

    async def refresh(self, *, rest: float = 0, patience: timedelta = timedelta.max) -> int:
        """Look for the causes of problems of which more may be known by now; how many those were.

        First of those that were never explained, then of those that have changed since, then of the others; accounts
        take turns. On any number of nodes: each problem is looked at by one. Of a problem that is over they stay as
        they are then.

        Args:
            rest: after each look, so many times as long as it took.
            patience: how long those that have changed, and how long the others, are looked at before what is new by
                then comes first again.
        """
        looked_at = 0
        after = _NOBODY
        while waiting := await self._unexplained(after, Urgency.NEVER):
            for account in waiting:
                looked_at += await self._refresh(account, Urgency.NEVER, rest)
            after = waiting[-1]
        for urgency in (Urgency.CHANGED, Urgency.AGAIN):
            looked_at += await self._refresh_some(urgency, rest, patience)
        return looked_at

    async def _refresh_some(self, urgency: Urgency, rest: float, patience: timedelta) -> int:
        """Look, from the account on where it was too late the last time."""
        looked_at = 0
        began = monotonic()
        while waiting := await self._unexplained(self._again_after[urgency], urgency):
            for account in waiting:
                looked_at += await self._refresh(account, urgency, rest)
                self._again_after[urgency] = account
                if monotonic() - began > patience.total_seconds():
                    return looked_at
        self._again_after[urgency] = _NOBODY
        return looked_at

    async def _unexplained(self, after: UUID, urgency: Urgency) -> list[UUID]:
        async with self._pool.reader() as db:
            return await explanations.accounts_unexplained(
                db, now=self._clock(), after=after, limit=_ACCOUNTS, urgency=urgency
            )

    async def _refresh(self, account: UUID, urgency: Urgency, rest: float) -> int:
        now = self._clock()
        claimed = now + _LEASE
        async with self._pool.transaction() as db:
            due = await explanations.claim_unexplained(
                db, account, now=now, until=claimed, limit=_MOST_DUE, urgency=urgency
            )
        for problem in due:
            began = monotonic()
            try:
                await self._look_again(account, problem, claimed)
            except Unavailable as refusal:
                if not refusal.lost_race:
                    raise
            except Unauthenticated:  # the account was deleted meanwhile
                return len(due)
            except Exception:  # the edge of a background turn: the others wait as well
                log.exception("causes.broken", problem=str(problem.id))
            await asyncio.sleep(rest * (monotonic() - began))
        return len(due)

    async def _look_again(self, account: UUID, problem: Problem, claimed: datetime) -> None:
        now = self._clock()
        again = None if problem.closed_at else now + min(max((now - problem.opened_at) / 20, _SOON), _LATE)
        async with self._pool.snapshot() as db:
            head = await feed.head(db, account)
            at = problem.closed_at or now
            found = await evidence.of_problem(db, self._graphs, account, problem.id, at=at, lookback=LOOKBACK)
        ranking = await asyncio.to_thread(rank, found, of=Of.ENTITIES, limit=_KEPT)
        is_news = ranking.causes != problem.causes or ranking.likely is not problem.is_likely
        async with self._pool.transaction() as db:
            await explanations.explain(
                db,
                account,
                problem.id,
                ranking,
                at=now,
                position=head,
                claimed=claimed,
                again=again,
                is_news=is_news,
            )
            if is_news:
                await feed.announce(db, account, problem_ids=[problem.id])

    async def _shown(self, by: Principal, at: datetime, found: Evidence, ranking: Ranking) -> Explanation:
        """The ranking with what it names; a cause that somebody removed meanwhile is none any more."""
        ids = sorted({cause.entity_id for cause in ranking.causes if cause.entity_id is not None})
        wanted = {cause.event_id for cause in ranking.causes}
        places = sorted({(change.id, change.at) for change in found.changes if change.id in wanted})
        async with self._pool.reader() as db:
            known = await entities.named(db, by.account_id, ids) if ids else {}
            made = {event.id: event for event in await events.some(db, by.account_id, places)} if places else {}

        def stands(cause: Cause) -> bool:
            return cause.entity_id in {None, *known} and cause.event_id in {None, *made}

        causes = tuple(filter(stands, ranking.causes))
        return Explanation(
            at=at,
            window=Span(start=found.at - found.lookback, end=found.at),
            ranking=Ranking(causes=causes, likely=ranking.likely and causes[:1] == ranking.causes[:1]),
            entities=known,
            events=made,
        )

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable("Too many ask for causes at once", because=Reason.BUSY, retry_after=5) from None
        try:
            yield
        finally:
            self._turns.release()


def _of_nothing(at: datetime, lookback: timedelta) -> Explanation:
    """The answer about a time that is not looked into; its window begins no earlier than the calendar."""
    window = Span(start=at - min(lookback, at - _DAWN), end=at)
    return Explanation(at=at, window=window, ranking=Ranking(causes=(), likely=False), entities={}, events={})
