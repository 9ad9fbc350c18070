"""Alerts as people see and end them; what reports do to them is decided where reports come in."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from whence.domain.access import AuditEntry, Principal
from whence.domain.alert import Alert, AlertFilter, AlertState, ClosedBy
from whence.domain.errors import Invalid, NotFound, Unauthenticated
from whence.domain.page import Page, seal, unseal
from whence.store import access, alerts, feed
from whence.store.pool import Pool, Writer

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_AT_ONCE: Final = 500  # alerts that expire in one transaction: it holds their rows
_ACCOUNTS: Final = 500  # that are asked about at a time

EXPIRED: Final = Counter("whence_alerts_expired", "Alerts that ended because nobody reported them again.")

NOW: Final = partial(datetime.now, UTC)
log = structlog.get_logger()


class Alerts:
    """What an account's alerts are."""

    def __init__(self, pool: Pool, *, clock: Callable[[], datetime] = NOW) -> None:
        self._pool = pool
        self._clock = clock

    async def page(self, by: Principal, asked: AlertFilter, *, cursor: str | None, limit: int) -> Page[Alert]:
        """Up to `limit` alerts, the last opened first.

        Raises:
            Invalid: the cursor is not one of this account's for alerts.
        """
        now = self._clock()
        after = None if cursor is None else _place(by, cursor)
        async with self._pool.reader() as db:
            found = await alerts.page(db, by.account_id, asked, now=now, after=after, limit=limit + 1)
        items = tuple(alert.as_of(now) for alert in found[:limit])
        if len(found) <= limit:
            return Page(items=items, following=None)
        last = items[-1]
        micros = (last.opened_at - _EPOCH) // timedelta(microseconds=1)
        return Page(items=items, following=seal(by.secret, ["a", micros, last.id.hex]))

    async def require(self, by: Principal, alert_id: UUID) -> Alert:
        """The alert as it is now.

        Raises:
            NotFound: the account has no such alert.
        """
        async with self._pool.reader() as db:
            found = await alerts.get(db, by.account_id, alert_id)
        if found is None:
            raise NotFound("alert", alert_id)
        return found.as_of(self._clock())

    async def open_keys(self, by: Principal, keys: list[str]) -> frozenset[str]:
        """Those of the keys that have an open alert."""
        async with self._pool.reader() as db:
            return await alerts.open_keys(db, by.account_id, keys, now=self._clock())

    async def acknowledge(self, by: Principal, alert_id: UUID, comment: str = "") -> Alert:
        """Somebody has seen it; it stays open. An alert that was acknowledged, or is closed, is left as it is.

        Raises:
            NotFound: the account has no such alert.
        """
        now = self._clock()
        async with self._pool.transaction() as db:
            standing = await self._settled(db, by, await alerts.require_locked(db, by.account_id, alert_id), now)
            if standing.state is not AlertState.OPEN:
                return standing
            seen = replace(standing, acknowledged_at=now, acknowledged_by=by.name, comment=comment)
            await alerts.acknowledge(db, by.account_id, seen, at=now)
            await self._tell(db, by, seen, "acknowledged", now)
        return seen

    async def close(self, by: Principal, alert_id: UUID, comment: str = "") -> Alert:
        """It is over, as somebody says. An alert that is closed is left as it is.

        Raises:
            NotFound: the account has no such alert.
        """
        now = self._clock()
        async with self._pool.transaction() as db:
            standing = await self._settled(db, by, await alerts.require_locked(db, by.account_id, alert_id), now)
            if standing.state is AlertState.CLOSED:
                return standing
            return await self._close(db, by, standing, comment, now)

    async def close_key(self, by: Principal, key: str, *, dialect: str | None = None) -> Alert:
        """The open alert of the key is over, as somebody says; with `dialect`, only one that came in through it.

        Raises:
            NotFound: the account has no such open alert.
        """
        now = self._clock()
        async with self._pool.transaction() as db:
            standing = [
                alert
                for alert in await alerts.standing(db, by.account_id, [key])
                if dialect in (None, alert.dialect) and not alert.has_expired(now)
            ]
            if not standing:
                raise NotFound("alert", key)
            return await self._close(db, by, standing[0], "", now)

    async def expire(self) -> int:
        """End the alerts of every account whose time is over, each once whatever other nodes do; how many ended."""
        now = self._clock()
        ended = 0
        after = UUID(int=0)
        while waiting := await self._waiting(now, after):
            for account in waiting:
                with suppress(Unauthenticated):  # it was deleted meanwhile, and needs nothing any more
                    looked_at = _MOST_AT_ONCE
                    while looked_at == _MOST_AT_ONCE:
                        looked_at, over = await self._expire(account, now)
                        ended += over
            after = waiting[-1]
        return ended

    async def _waiting(self, now: datetime, after: UUID) -> list[UUID]:
        async with self._pool.reader() as db:
            return await alerts.accounts_with_due(db, now=now, after=after, limit=_ACCOUNTS)

    async def _expire(self, account: UUID, now: datetime) -> tuple[int, int]:
        """Look at some alerts of the account that are due; how many those were, and how many ended."""
        async with self._pool.transaction() as db:
            due = await alerts.due(db, account, now=now, limit=_MOST_AT_ONCE)
            over = [alert.as_of(now) for alert in due if alert.has_expired(now)]
            if held := [alert.id for alert in due if not alert.has_expired(now)]:
                await alerts.rearm(db, account, held)
            if over:
                await alerts.end(db, account, over, at=now)
                await feed.announce(db, account, alert_ids=[alert.id for alert in over])
        if over:
            EXPIRED.inc(len(over))
            log.info("alerts.expired", count=len(over))
        return len(due), len(over)

    async def _settled(self, db: Writer, by: Principal, standing: Alert, now: datetime) -> Alert:
        """The alert, ended if its time was over."""
        if not standing.has_expired(now):
            return standing
        over = standing.as_of(now)
        await alerts.end(db, by.account_id, [over], at=now)
        await feed.announce(db, by.account_id, alert_ids=[over.id])
        return over

    async def _close(self, db: Writer, by: Principal, standing: Alert, comment: str, now: datetime) -> Alert:
        over = replace(standing.closed(now, ClosedBy.USER), comment=comment or standing.comment)
        await alerts.end(db, by.account_id, [over], at=now)
        await alerts.comment(db, by.account_id, over)
        await self._tell(db, by, over, "closed", now)
        return over

    async def _tell(self, db: Writer, by: Principal, alert: Alert, action: str, now: datetime) -> None:
        detail = f"{alert.title}: {alert.comment}" if alert.comment else alert.title
        await access.record(db, by.account_id, [AuditEntry.by(by, action, "alert", alert.id, at=now, detail=detail)])
        await feed.announce(db, by.account_id, alert_ids=[alert.id])

    async def some(self, by: Principal, alert_ids: Sequence[UUID]) -> dict[UUID, Alert]:
        """Those of the alerts that there are, as they are now, by their ids."""
        if not alert_ids:
            return {}
        async with self._pool.reader() as db:
            found = await alerts.some(db, by.account_id, alert_ids)
        now = self._clock()
        return {alert_id: alert.as_of(now) for alert_id, alert in found.items()}


def _place(by: Principal, cursor: str) -> tuple[datetime, UUID]:
    match unseal(by.secret, cursor):
        case ["a", int(micros), str(alert_id)]:
            return _EPOCH + timedelta(microseconds=micros), UUID(hex=alert_id)
        case _:
            raise Invalid.at("cursor", "belongs to another list")
