"""The read side: events in order, by id, counted, and exported."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from whence.domain.access import Principal
from whence.domain.entity import Entity
from whence.domain.errors import NotFound
from whence.domain.event import Event, Severity, Span
from whence.domain.filter import Filter
from whence.domain.page import Cursor, Order, Page, seal_cursor
from whence.domain.summary import Bucket, Facets, Histogram
from whence.store import events, summary
from whence.store.pool import Pool

EXPORT_PAGE: Final = 1000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
        1209600, 2419200,
    )
)  # fmt: skip


class Timeline:
    """What an account's events are."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self,
        by: Principal,
        asked: Filter,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
        limit: int = 100,
        original: bool = False,
    ) -> Page[Event]:
        """Up to `limit` events behind the cursor, whose order must be `order`; `following` is None at the end."""
        async with self._pool.reader() as db:
            found = await events.page(
                db, by.account_id, asked, order=order, cursor=cursor, limit=limit + 1, original=original
            )
        items = tuple(found[:limit])
        if len(found) <= limit:
            return Page(items=items, following=None)
        last = items[-1]
        place = Cursor(order=order, window=asked.window, at=last.span.start, event_id=last.id)
        return Page(items=items, following=seal_cursor(by.secret, place))

    async def window(
        self,
        by: Principal,
        asked: Filter,
        *,
        skip: int,
        limit: int,
        original: bool = False,
        registered: bool = False,
    ) -> tuple[list[Event], int]:
        """At most `limit` events behind the first `skip`, newest first, and how many there are; both of one moment.

        Those that began together are in the order of their ids, smallest first: not as `page` has them. For vendors
        whose pages are numbered: what is inserted or removed between two calls moves what is behind it.
        """
        async with self._pool.reader() as db:
            return await events.window(
                db, by.account_id, asked, skip=skip, limit=limit, original=original, registered=registered
            )

    async def walk(
        self, by: Principal, asked: Filter, *, order: Order = Order.NEWEST, original: bool = False
    ) -> AsyncGenerator[Event]:
        """Every event, page by page: no connection is held while the caller is busy with one."""
        cursor = None
        while True:
            async with self._pool.reader() as db:
                found = await events.page(
                    db, by.account_id, asked, order=order, cursor=cursor, limit=EXPORT_PAGE, original=original
                )
            for event in found:
                yield event
            if len(found) < EXPORT_PAGE:
                return
            cursor = Cursor(order=order, window=asked.window, at=found[-1].span.start, event_id=found[-1].id)

    async def require(self, by: Principal, event_id: UUID, *, dialect: str | None = None) -> Event:
        """The event, with its original; with `dialect`, only if it came in through that one.

        Raises:
            NotFound: the account has no such event.
        """
        async with self._pool.reader() as db:
            event = await events.get(db, by.account_id, event_id)
        if event is None or dialect not in (None, event.dialect):
            raise NotFound("event", event_id)
        return event

    async def numbered(
        self, by: Principal, number: int, *, start: datetime | None, dialect: str | None = None
    ) -> Event:
        """The event with this `identity.number`, with its original; with `dialect`, only one that came in through it.

        Args:
            start: when it began, in whole milliseconds; None finds only what was reported as `numbered`.

        Raises:
            NotFound: the account has no such event.
        """
        async with self._pool.reader() as db:
            found = await events.numbered(db, by.account_id, number, start=start)
        for event in found:
            if dialect in (None, event.dialect):
                return event
        raise NotFound("event", number)

    async def count(self, by: Principal, asked: Filter) -> int:
        """How many events there are."""
        async with self._pool.reader() as db:
            return await summary.total(db, by.account_id, asked)

    async def newest_of_each(self, by: Principal, entities: Sequence[Entity], asked: Filter) -> dict[str, Event]:
        """The newest event of each entity (by its id) that is asked for, as `store.events.newest_of_each` finds it."""
        async with self._pool.reader() as db:
            return await events.newest_of_each(db, by.account_id, entities, asked)

    async def facets(self, by: Principal, asked: Filter) -> Facets:
        """How many events there are, and how they split."""
        async with self._pool.reader() as db:
            return await summary.facets(db, by.account_id, asked)

    async def histogram(self, by: Principal, asked: Filter, *, buckets: int) -> Histogram:
        """At most `buckets` buckets over the window; an event that began before it is in the first."""
        step, starts = steps(asked.window, buckets)
        async with self._pool.reader() as db:
            counted = await summary.histogram(db, by.account_id, asked, step=step)
        return Histogram(
            step=step,
            buckets=tuple(
                Bucket(at=at, events={severity: counted.get((at, severity), 0) for severity in Severity})
                for at in starts
            ),
        )


def steps(window: Span, most: int) -> tuple[timedelta, tuple[datetime, ...]]:
    """The shortest round step of which at most `most` (at least 1) cover the window, and where each begins."""
    step = next((step for step in _STEPS if _count(window, step) <= most), None)
    if step is None:
        whole = _STEPS[-1]
        while _count(window, whole) > most:
            whole *= 2
        step = whole
    first = (window.start - _EPOCH) // step
    return step, tuple(_EPOCH + number * step for number in range(first, first + _count(window, step)))


def _count(window: Span, step: timedelta) -> int:
    return (window.end - _EPOCH) // step - (window.start - _EPOCH) // step + 1
