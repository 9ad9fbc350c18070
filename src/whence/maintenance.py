"""When an account expects things to break: windows that are made, changed and removed, each change audited.

Who changes one has the account's turn, as grouping has it: alerts are never put to problems by what is no longer so.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from whence.domain.access import AuditEntry, Principal
from whence.domain.errors import Invalid
from whence.domain.identity import in_millis, new_id
from whence.domain.maintenance import Maintenance, violations
from whence.domain.page import Page, seal, unseal
from whence.store import access, maintenance, problems
from whence.store.pool import Pool, Writer

MOST_WINDOWS: Final = 2_000  # of an account: each may be looked at for every alert. Source: DESK contract 6
MOST_BYTES: Final = 4 * 1024 * 1024  # of their descriptions and scopes, all of which grouping reads

_LIST: Final = "m"  # what a cursor of windows is sealed with
_LAST: Final = UUID(int=(1 << 128) - 1)

NOW: Final = partial(datetime.now, UTC)


class Calendar:
    """What an account's maintenance windows are. A change holds for the alerts that are open, and for later ones."""

    def __init__(self, pool: Pool, *, clock: Callable[[], datetime] = NOW) -> None:
        self._pool = pool
        self._clock = clock

    async def page(
        self, by: Principal, *, active: bool | None = None, cursor: str | None, limit: int
    ) -> Page[Maintenance]:
        """Up to `limit` windows, the last made first. `active`: only those that cover this moment, or do not.

        Raises:
            Invalid: the cursor is not one of this account's for maintenance windows.
        """
        after = _LAST if cursor is None else _place(by, cursor)
        now = self._clock()
        async with self._pool.reader() as db:
            every = await maintenance.every(db, by.account_id)
        found = [w for w in every if w.id < after and active in (None, w.is_on(now))]
        following = seal(by.secret, [_LIST, found[limit - 1].id.hex]) if len(found) > limit else None
        return Page(items=tuple(found[:limit]), following=following)

    async def require(self, by: Principal, maintenance_id: UUID) -> Maintenance:
        """The window.

        Raises:
            NotFound: the account has none such.
        """
        async with self._pool.reader() as db:
            return await maintenance.require(db, by.account_id, maintenance_id)

    async def create(self, by: Principal, make: Callable[[UUID, datetime], Maintenance]) -> Maintenance:
        """The window that `make` returns for an id and a time.

        Raises:
            Invalid: its times mean nothing, or there are too many windows.
        """
        now = in_millis(self._clock())
        made = _good(make(new_id(now), now))
        async with self._pool.transaction() as db:
            await problems.turn(db, by.account_id)
            await self._require_room(db, by, made)
            await maintenance.insert(db, by.account_id, made)
            await self._record(db, by, "created", made, now)
        return made

    async def change(
        self, by: Principal, maintenance_id: UUID, change: Callable[[Maintenance], Maintenance]
    ) -> Maintenance:
        """The window as `change` made it; one that is as it was is left alone.

        Raises:
            NotFound: the account has none such.
            Invalid: its times would mean nothing, or the windows would say too much.
        """
        now = in_millis(self._clock())
        async with self._pool.transaction() as db:
            await problems.turn(db, by.account_id)
            old = await maintenance.require_locked(db, by.account_id, maintenance_id)
            new = _good(change(old))
            if new == old:
                return old
            new = replace(new, updated_at=now)
            await self._require_room(db, by, new)
            await maintenance.update(db, by.account_id, new)
            await self._record(db, by, "changed", new, now)
        return new

    async def remove(self, by: Principal, maintenance_id: UUID) -> None:
        """The window is gone, and what nothing else silences counts.

        Raises:
            NotFound: the account has none such.
        """
        now = in_millis(self._clock())
        async with self._pool.transaction() as db:
            await problems.turn(db, by.account_id)
            old = await maintenance.require_locked(db, by.account_id, maintenance_id)
            await maintenance.delete(db, by.account_id, maintenance_id)
            await self._record(db, by, "removed", old, now)

    async def _require_room(self, db: Writer, by: Principal, window: Maintenance) -> None:
        others = await maintenance.extent(db, by.account_id, beside=window.id)
        if others.windows >= MOST_WINDOWS:
            raise Invalid.at("", f"there are {MOST_WINDOWS} maintenance windows already")
        if others.size + maintenance.size(window) > MOST_BYTES:
            raise Invalid.at("", f"all descriptions and scopes are at most {MOST_BYTES} bytes together")

    async def _record(self, db: Writer, by: Principal, action: str, window: Maintenance, now: datetime) -> None:
        entry = AuditEntry.by(by, action, "maintenance", window.id, at=now, detail=window.name)
        await access.record(db, by.account_id, [entry])


def _good(window: Maintenance) -> Maintenance:
    if faults := violations(window):
        raise Invalid(faults)
    return window


def _place(by: Principal, cursor: str) -> UUID:
    match unseal(by.secret, cursor):
        case [name, str(maintenance_id)] if name == _LIST:
            return UUID(hex=maintenance_id)
        case _:
            raise Invalid.at("cursor", "belongs to another list")
