"""The doors that monitors post through: made, changed and removed by their account, each change on the audit trail."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from whence.domain.access import AuditEntry, Principal
from whence.domain.errors import Conflict, NotFound
from whence.domain.identity import new_id
from whence.domain.webhook import Webhook, default_project, default_workspace
from whence.store import access, doors, webhooks
from whence.store.pool import Pool, Reader
from whence.store.together import Together
from whence.store.webhooks import Door

NOW: Final = partial(datetime.now, UTC)
_MOST_OWNERS: Final = 20_000  # webhooks of which is remembered whose they are; it never changes


class Webhooks:
    """What an account's webhooks are. A change holds for the next request everywhere: remembered is whose one is."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._owners: dict[str, UUID] = {}
        self._doors = Together(self._look)

    async def door(self, webhook_id: str) -> Door | None:
        """The webhook that somebody posts to, whosever it is, as it is now; its key is yet to be shown."""
        return await self._doors.get(webhook_id)

    async def _look(self, webhook_ids: Collection[str]) -> dict[str, Door]:
        found: dict[str, Door] = {}
        async with self._pool.reader() as db:
            for account, theirs in (await self._by_owner(db, webhook_ids)).items():
                found |= await webhooks.opened(db, account, theirs)
        return found

    async def _by_owner(self, db: Reader, webhook_ids: Collection[str]) -> dict[UUID, list[str]]:
        """Those that there are, or were when they were last asked for."""
        if strange := [webhook_id for webhook_id in webhook_ids if webhook_id not in self._owners]:
            if len(self._owners) > _MOST_OWNERS:
                self._owners.clear()
            self._owners |= await doors.of_webhooks(db, strange)
        theirs: dict[UUID, list[str]] = {}
        for webhook_id in webhook_ids:
            if owner := self._owners.get(webhook_id):
                theirs.setdefault(owner, []).append(webhook_id)
        return theirs

    async def every(self, by: Principal) -> list[Webhook]:
        """All of the account's, by name."""
        async with self._pool.reader() as db:
            return await webhooks.every(db, by.account_id)

    async def require(self, by: Principal, webhook_id: str) -> Webhook:
        """The webhook.

        Raises:
            NotFound: the account has none such.
        """
        async with self._pool.reader() as db:
            return _found(await webhooks.get(db, by.account_id, webhook_id), webhook_id)

    async def create(
        self,
        by: Principal,
        *,
        name: str,
        receiver: str,
        project: str | None = None,
        workspace: str | None = None,
        version: str = "",
        upgrade_mode: str = "AUTO",
        options: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> Webhook:
        """A new webhook with a key of its own, enabled.

        Args:
            project, workspace: None: the account's own.
            options: good ones, as `receivers.check` tells.

        Raises:
            Conflict: its project has one of that name.
        """
        now = NOW()
        webhook = Webhook(
            id=f"webhook-{new_id(now).hex[-12:]}",
            account_id=by.account_id,
            name=name,
            receiver=receiver,
            access_key=_new_key(),
            version=version,
            upgrade_mode=upgrade_mode,
            options=options or {},
            metadata=metadata or {},
            tags=tags or {},
            workspace=workspace or default_workspace(by.account_id),
            project=project or default_project(by.account_id),
            created_at=now,
        )
        async with self._pool.transaction() as db:
            if not await webhooks.insert(db, webhook):
                raise _of_that_name(name)
            said = AuditEntry.by(by, "created", "webhook", webhook.id, at=now, detail=name)
            await access.record(db, by.account_id, [said])
        return webhook

    async def change(self, by: Principal, webhook_id: str, change: Callable[[Webhook], Webhook]) -> Webhook:
        """The webhook as `change` made it: its name, state, version, upgrade mode, options and tags.

        Raises:
            NotFound: the account has none such.
            Conflict: its project has another one of that name.
        """
        return await self._change(by, webhook_id, change, "changed")

    async def rekey(self, by: Principal, webhook_id: str) -> Webhook:
        """The webhook with a new key; the old one opens nothing any more. Raises NotFound, as `change`."""
        return await self._change(by, webhook_id, lambda old: replace(old, access_key=_new_key()), "rekeyed")

    async def remove(self, by: Principal, webhook_id: str) -> None:
        """The webhook is gone; what came through it stays.

        Raises:
            NotFound: the account has none such.
        """
        now = NOW()
        async with self._pool.transaction() as db:
            webhook = _found(await webhooks.lock(db, by.account_id, webhook_id), webhook_id)
            await webhooks.remove(db, by.account_id, webhook_id)
            said = AuditEntry.by(by, "removed", "webhook", webhook_id, at=now, detail=webhook.name)
            await access.record(db, by.account_id, [said])

    async def _change(
        self, by: Principal, webhook_id: str, change: Callable[[Webhook], Webhook], action: str
    ) -> Webhook:
        now = NOW()
        async with self._pool.transaction() as db:
            old = _found(await webhooks.lock(db, by.account_id, webhook_id), webhook_id)
            new = change(old)
            if not await webhooks.update(db, new):
                raise _of_that_name(new.name)
            said = AuditEntry.by(by, action, "webhook", webhook_id, at=now, detail=_told(old, new))
            await access.record(db, by.account_id, [said])
        return new


def _told(old: Webhook, new: Webhook) -> str:
    """What the audit trail says of a change: the name, and whether it takes anything now."""
    if old.is_enabled is not new.is_enabled:
        return f"{new.name}: {'enabled' if new.is_enabled else 'disabled'}"
    return new.name


def _new_key() -> str:
    return secrets.token_hex(16)


def _found(webhook: Webhook | None, webhook_id: str) -> Webhook:
    if webhook is None:
        raise NotFound("webhook", webhook_id)
    return webhook


def _of_that_name(name: str) -> Conflict:
    return Conflict(f"there is a webhook named {name} in its project already")
