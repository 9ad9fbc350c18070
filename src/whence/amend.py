"""Change or remove an event that is stored; each leaves a line on the audit trail, in the same transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from whence.domain.access import AuditEntry, Principal
from whence.domain.errors import NotFound
from whence.domain.event import Event
from whence.store import access, events
from whence.store.partitions import Partitions
from whence.store.pool import Pool


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
        """
        now = datetime.now(UTC)
        async with self._pool.reader() as db:
            standing = await events.get(db, by.account_id, event_id)
        if standing is None or dialect not in (None, standing.dialect):
            raise NotFound("event", event_id)
        await self._partitions.ensure(self._pool, [change(standing).span.start])
        async with self._pool.transaction() as db:
            old = await events.require_locked(db, by.account_id, event_id)
            new = replace(change(old), updated_at=now)
            await events.replace(db, by.account_id, old, new, slot=self._slot)
            await access.record(db, by.account_id, [AuditEntry.by(by, "changed", "event", event_id, at=now)])
        return new

    async def remove(self, by: Principal, event_id: UUID, *, dialect: str | None = None) -> None:
        """The event is gone from every list and count.

        Raises:
            NotFound: the account has no such event, or it did not come in through the dialect.
        """
        now = datetime.now(UTC)
        async with self._pool.transaction() as db:
            standing = await events.get(db, by.account_id, event_id)
            if standing is None or dialect not in (None, standing.dialect):
                raise NotFound("event", event_id)
            await events.forget(db, by.account_id, standing)
            event = await events.require_locked(db, by.account_id, event_id)
            await events.remove(db, by.account_id, event, slot=self._slot)
            await access.record(
                db,
                by.account_id,
                [AuditEntry.by(by, "removed", "event", event_id, at=now, detail=event.title)],
            )
