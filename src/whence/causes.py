"""The likely causes of what alerts: evidence is gathered in one moment of the database, then ranked without it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from whence.correlate.causes import Evidence, rank
from whence.domain.access import Principal
from whence.domain.cause import Cause, Of, Ranking
from whence.domain.entity import Entity
from whence.domain.errors import Unavailable
from whence.domain.event import Event, Span
from whence.store import entities, events, evidence
from whence.store.pool import Pool

LOOKBACK: Final = timedelta(hours=2)
SHORTEST_LOOKBACK: Final = timedelta(minutes=1)
LONGEST_LOOKBACK: Final = timedelta(days=7)
_EARLIEST: Final = datetime(1971, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 2  # questions: one asks the database while one is ranked. It is all processor, and much memory
_PATIENCE: Final = timedelta(seconds=10)

NOW: Final = partial(datetime.now, UTC)


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
        self._clock = clock
        self._patience = patience
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def explain(
        self,
        by: Principal,
        *,
        at: datetime | None = None,
        about: Entity | None = None,
        lookback: timedelta = LOOKBACK,
        of: Of = Of.ENTITIES,
        limit: int,
    ) -> Explanation:
        """The likely causes, best first, `limit` at most. The same data gives the same answer.

        Args:
            at: as of when; None: now. Nothing later is looked at.
            about: what it suffers from; None: whatever alerts.
            lookback: how long before `at` an alert may have opened, and how long before the first alert a change may
                have been made. What has been open for longer counts as `store.evidence.gather` says.

        Raises:
            Unavailable: too many ask at once.
        """
        end = min(max(at or self._clock(), _EARLIEST), _LATEST)
        async with self._turn():
            async with self._pool.snapshot() as db:
                found = await evidence.gather(
                    db, by.account_id, at=end, lookback=lookback, about=None if about is None else about.id
                )
            ranking = await asyncio.to_thread(rank, found, of=of, limit=limit)
        return await self._shown(by, end, found, ranking)

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
            raise Unavailable("Too many ask for causes at once", retry_after=5) from None
        try:
            yield
        finally:
            self._turns.release()
