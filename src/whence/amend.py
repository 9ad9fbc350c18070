"""Change or remove an event that is stored; each leaves a line on the audit trail, in the same transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from whence.domain.access import AuditEntry, Principal
from whence.domain.alert import Alert, ClosedBy
from whence.domain.errors import Conflict, NotFound
from whence.domain.event import Event
from whence.domain.filter import Filter
from whence.store import access, alerts, events, feed, removal
from whence.store.partitions import Partitions
from whence.store.pool import Pool
from whence.store.races import won


class Amend:
    """Changes to stored events."""

    def __init__(self, pool: Pool, *, slot: int) -> None:
        self._pool = pool
        self._slot = slot
        self._partitions = Partitions()

    async def change(
        self, by: Principal, event_id: UUID, change: Callable[[Event], Event], *, dialect: str | None = None
    ) -> Event:
        """The event as `change` made it; id, account and time of receipt stay.

        Args:
            change: pure; may raise Invalid.
            dialect: only an event that came in through this one.

        Raises:
            NotFound: the account has no such event.
            Conflict: it would end while its alert is open.
        """
        return await won(partial(self._change, by, event_id, change, dialect))

    async def _change(
        self, by: Principal, event_id: UUID, change: Callable[[Event], Event], dialect: str | None
    ) -> Event:
        now = datetime.now(UTC)
        async with self._pool.reader() as db:
            standing = await events.get(db, by.account_id, event_id)
        if standing is None or dialect not in (None, standing.dialect):
            raise NotFound("event", event_id)
        start = change(standing).span.start
        await self._partitions.ensure(self._pool, [start])
        async with self._pool.transaction() as db:
            alert_ids = [standing.alert_id] if standing.alert_id is not None else []
            held = await alerts.locked(db, by.account_id, alert_ids)  # before the event, as everybody locks them
            if start != standing.span.start:
                await events.lock_pair(db, by.account_id, event_id)
            old = await events.require_locked(db, by.account_id, event_id)
            new = replace(change(old), updated_at=now)
            if old.is_open and new.span.end != old.span.end:
                raise Conflict("the event ends with its alert: close that")
            # Whoever comes by later to end what has expired would take the change back.
            expired = [one.closed(old.span.end, ClosedBy.TIMEOUT) for one in held if _has_ended(one, old)]
            if expired:
                await alerts.end(db, by.account_id, expired, at=now)
            await events.replace(db, by.account_id, old, new, slot=self._slot)
            await alerts.follow(db, by.account_id, new)
            await access.record(db, by.account_id, [AuditEntry.by(by, "changed", "event", event_id, at=now)])
            if expired:
                await feed.announce(db, by.account_id, alert_ids=alert_ids)
        return new

    async def remove(self, by: Principal, event_id: UUID, *, dialect: str | None = None) -> None:
        """The event is gone from every list and count.

        Raises:
            NotFound: the account has no such event, or it did not come in through the dialect.
        """
        await won(partial(self._remove, by, event_id, dialect))

    async def _remove(self, by: Principal, event_id: UUID, dialect: str | None) -> None:
        now = datetime.now(UTC)
        async with self._pool.transaction() as db:
            standing = await events.get(db, by.account_id, event_id)
            if standing is None or dialect not in (None, standing.dialect):
                raise NotFound("event", event_id)
            await events.forget(db, by.account_id, standing)
            await alerts.remove(db, by.account_id, standing)
            event = await events.require_locked(db, by.account_id, event_id)
            await events.require_forgotten(db, by.account_id, [event_id])
            await events.remove(db, by.account_id, event, slot=self._slot)
            await access.record(
                db,
                by.account_id,
                [AuditEntry.by(by, "removed", "event", event_id, at=now, detail=event.title)],
            )

    async def remove_all(self, by: Principal, asked: Filter, *, dialect: str) -> int:
        """Every event of the dialect that the filter asks for is gone from every list and count, or none is.

        Returns:
            How many they were. One line on the audit trail says so for all of them.
        """
        count, _ = await self.take_all(by, asked, dialect=dialect, most=0)
        return count

    async def take_all(
        self, by: Principal, asked: Filter, *, dialect: str, most: int, registered: bool = False
    ) -> tuple[int, list[Event]]:
        """As `remove_all`; and the events that are gone, newest first: `most` of them, or fewer if they are vast.

        Args:
            registered: only events whose scope names, before all else, the id of an entity that is there.
        """
        if asked.dialects and dialect not in asked.dialects:
            return 0, []
        own = replace(asked, dialects=(dialect,))
        return await won(partial(self._take_all, by, own, dialect, most, registered=registered))

    async def _take_all(
        self, by: Principal, asked: Filter, dialect: str, most: int, *, registered: bool
    ) -> tuple[int, list[Event]]:
        now = datetime.now(UTC)
        async with self._pool.transaction() as db:
            gone = await removal.remove_all(db, by.account_id, asked, slot=self._slot, most=most, registered=registered)
            if gone.count:
                entry = AuditEntry.by(by, "removed", "events", dialect, at=now, detail=str(gone.count))
                await access.record(db, by.account_id, [entry])
        return gone.count, gone.events


def _has_ended(alert: Alert, event: Event) -> bool:
    """Whether the alert that the event opened is over by now, and nobody has come by to end it."""
    return alert.event_id == event.id and alert.closed_at is None and not event.is_open
