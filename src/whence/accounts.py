"""Tenants: made, told how long they are kept, and deleted, each change on the audit trail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_bytes
from typing import Final
from uuid import UUID

from whence.domain.access import DEFAULT_ACCOUNT, Account, AuditEntry, Principal
from whence.domain.errors import Conflict, Forbidden, Invalid, NotFound
from whence.domain.identity import new_id
from whence.domain.page import Page, seal, unseal
from whence.store import access
from whence.store.pool import Pool, Writer

_NOW: Final = partial(datetime.now, UTC)
_NIL: Final = UUID(int=0)


class Accounts:
    """The accounts of an installation.

    Args:
        retention: how long those are kept that do not say.
        changed: is called when an account is another one from now on: others hear of it, but not before we answer.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        retention: timedelta,
        clock: Callable[[], datetime] = _NOW,
        changed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._pool = pool
        self._changed = changed
        self._retention = retention
        self._clock = clock

    async def create(self, by: Principal | None, name: str) -> Account:
        """A new account.

        Args:
            by: None is whoever has the machine in hand (the command line), as everywhere here.

        Raises:
            Forbidden: `by` is not the bootstrap admin.
            Conflict: there is one of that name, or one of it is being deleted.
        """
        _require_bootstrap(by)
        now = self._clock()
        made = Account(id=new_id(now), name=name, created_at=now)
        async with self._pool.transaction() as db:
            if not await access.add_account(db, made, token_bytes(32)):
                standing = await access.account_named(db, name)
                raise Conflict(_leaving(name) if standing and standing.deleted_at else _taken(name))
            await self._record(db, await self._seat(db, by), by, "created", made, name)
        return made

    async def page(self, by: Principal, *, cursor: str | None, limit: int) -> Page[Account]:
        """All accounts, oldest first; also those that are being deleted.

        Raises:
            Forbidden: `by` is not the bootstrap admin.
            Invalid: the cursor is not one of this list.
        """
        _require_bootstrap(by)
        after = _NIL if cursor is None else _place(by, cursor)
        async with self._pool.reader() as db:
            found = await access.accounts(db, after=after, limit=limit + 1)
        following = seal(by.secret, ["i", found[limit - 1].id.hex]) if len(found) > limit else None
        return Page(items=tuple(found[:limit]), following=following)

    async def every(self) -> list[Account]:
        """All accounts, for whoever has the machine in hand."""
        every: list[Account] = []
        async with self._pool.reader() as db:
            while found := await access.accounts(db, after=every[-1].id if every else _NIL, limit=1000):
                every += found
        return every

    async def own(self, by: Principal) -> Account:
        """The account of who asks.

        Raises:
            NotFound: it was deleted a moment ago.
        """
        async with self._pool.reader() as db:
            found = await access.account(db, by.account_id)
        if found is None:
            raise NotFound("account", by.account_name)
        return found

    async def keep(self, by: Principal, days: int | None) -> Account:
        """The account of who asks keeps so many days from now on; None: as long as the installation says.

        Raises:
            Invalid: more than the installation keeps, which its admin alone may allow.
            Conflict: it was deleted a moment ago.
        """
        self.require_keepable(by, days)
        async with self._pool.transaction() as db:
            kept = await self._keep(db, by, await access.account(db, by.account_id), by.account_name, days)
        self._changed(str(kept.id))
        return kept

    def require_keepable(self, by: Principal, days: int | None) -> None:
        """Return when who asks may have so many days kept of their own account. Raises Invalid, as `keep`."""
        most = self._retention.days
        if days is not None and days > most and not by.is_bootstrap:
            raise Invalid.at(
                "retention_days", f"must be at most {most}, which the installation keeps; more is for its admin to set"
            )

    async def keep_of(self, by: Principal | None, name: str, days: int | None) -> Account:
        """The account of that name keeps so many days from now on, also more than the installation.

        Raises:
            Forbidden: `by` is not the bootstrap admin.
            NotFound: there is no account of that name.
            Conflict: it is being deleted.
        """
        _require_bootstrap(by)
        async with self._pool.transaction() as db:
            kept = await self._keep(db, by, await access.account_named(db, name), name, days)
        self._changed(str(kept.id))
        return kept

    async def delete(self, by: Principal | None, name: str, *, confirm: str) -> Account:
        """Nothing opens the account any more, on any node, and nothing is added to it; its rows are being removed.

        Doing it again changes nothing.

        Args:
            confirm: the name once more.

        Raises:
            Forbidden: `by` is not the bootstrap admin.
            Invalid: `confirm` is not the name.
            NotFound: there is no account of that name.
            Conflict: it is the installation's own.
        """
        _require_bootstrap(by)
        if confirm != name:
            raise Invalid.at("confirm", "must be the name of the account that is to be deleted")
        if name == DEFAULT_ACCOUNT:
            raise Conflict(f"the account {name} is the installation's own and cannot be deleted")
        now = self._clock()
        async with self._pool.transaction() as db:
            standing = await access.account_named(db, name)
            if standing is None:
                raise NotFound("account", name)
            if not await access.delete(db, standing.id, at=now):
                return await access.account(db, standing.id) or standing
            await self._record(db, await self._seat(db, by), by, "deleted", standing, name)
        self._changed(str(standing.id))
        return replace(standing, deleted_at=now)

    async def _keep(
        self, db: Writer, by: Principal | None, standing: Account | None, name: str, days: int | None
    ) -> Account:
        if standing is None:
            raise NotFound("account", name)
        if not await access.keep(db, standing.id, days):
            raise Conflict(_leaving(name))
        told = "as long as the installation says" if days is None else f"for {days} days"
        await self._record(db, standing.id, by, "changed", standing, f"{name}: kept {told}")
        return replace(standing, retention_days=days)

    async def _record(
        self, db: Writer, trail: UUID, by: Principal | None, action: str, account: Account, detail: str
    ) -> None:
        """What was done to the account is on the audit trail of the account `trail`."""
        said = AuditEntry.by(by, action, "account", account.id, at=self._clock(), detail=detail)
        await access.record(db, trail, [said])

    async def _seat(self, db: Writer, by: Principal | None) -> UUID:
        """The account on whose trail it is told what becomes of others: that of the bootstrap admin."""
        if by is not None:
            return by.account_id
        now = self._clock()
        await access.add_account(db, Account(id=new_id(now), name=DEFAULT_ACCOUNT, created_at=now), token_bytes(32))
        standing = await access.account_named(db, DEFAULT_ACCOUNT)
        if standing is None:
            raise NotFound("account", DEFAULT_ACCOUNT)
        return standing.id


def _taken(name: str) -> str:
    return f"there is an account named {name} already"


def _leaving(name: str) -> str:
    return f"the account {name} is being deleted; its name is free when that is done"


def _require_bootstrap(by: Principal | None) -> None:
    if by is not None and not by.is_bootstrap:
        raise Forbidden("admin of the installation")


def _place(by: Principal, cursor: str) -> UUID:
    match unseal(by.secret, cursor):
        case ["i", str(last)]:
            return UUID(hex=last)
        case _:
            raise Invalid.at("cursor", "belongs to another list")
