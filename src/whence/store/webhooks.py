"""Webhooks as rows: looked up by whoever posts, made, changed, counted and removed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.webhook import Webhook
from whence.store import codec, doors
from whence.store.pool import Reader, Writer

_COLUMNS: Final[LiteralString] = """
    w.account_id, w.webhook_id, w.name, w.receiver, w.is_enabled, w.access_key, w.version, w.upgrade_mode, w.options,
    w.metadata, w.tags, w.workspace, w.project, w.requests, w.failures, w.created_at
"""
_OPEN: Final[LiteralString] = f"""
    select {_COLUMNS}, coalesce(p.is_removed, false) as is_removed, a.retention_days
    from webhook w join account a on a.account_id = w.account_id and a.deleted_at is null
    left join project p on p.account_id = w.account_id and p.project = w.project
    where w.account_id = $1 and w.webhook_id = any($2::text[])
"""
_GET: Final[LiteralString] = f"select {_COLUMNS} from webhook w where w.account_id = $1 and w.webhook_id = $2"
_LOCK: Final[LiteralString] = f"{_GET} for update"
_EVERY: Final[LiteralString] = f"select {_COLUMNS} from webhook w where w.account_id = $1 order by w.name, w.webhook_id"
_INSERT: Final = """
    insert into webhook (
        account_id, webhook_id, name, receiver, is_enabled, access_key, version, upgrade_mode, options, metadata, tags,
        workspace, project, created_at
    ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict (account_id, workspace, project, name) do nothing returning webhook_id
"""
_NAMED: Final = """
    select webhook_id from webhook
    where account_id = $1 and workspace = $2 and project = $3 and name = $4 and webhook_id <> $5
"""
_UPDATE: Final = """
    update webhook set name = $3, is_enabled = $4, access_key = $5, version = $6, upgrade_mode = $7, options = $8,
        tags = $9
    where account_id = $1 and webhook_id = $2
"""
_REMOVE: Final = "delete from webhook where account_id = $1 and webhook_id = $2 returning name"
_COUNT: Final = """
    update webhook set requests = webhook.requests + new.requests, failures = webhook.failures + new.failures
    from unnest($2::text[], $3::bigint[], $4::bigint[]) as new (webhook_id, requests, failures)
    where account_id = $1 and webhook.webhook_id = new.webhook_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A webhook as whoever posts to it finds it. `is_removed`: its project takes nothing."""

    webhook: Webhook
    is_removed: bool


async def opened(db: Reader, account: UUID, webhook_ids: Collection[str]) -> dict[str, Door]:
    """Those of the webhooks that the account has, whoever asks: their keys are yet to be shown."""
    rows = await db.rows(_OPEN, account, list(webhook_ids))
    return {row["webhook_id"]: _door(row) for row in rows}


async def get(db: Reader, account: UUID, webhook_id: str) -> Webhook | None:
    """The webhook, if the account has it."""
    row = await db.row(_GET, account, webhook_id)
    return _webhook(row) if row else None


async def lock(db: Writer, account: UUID, webhook_id: str) -> Webhook | None:
    """The webhook, which nobody else changes before the transaction ends."""
    row = await db.row(_LOCK, account, webhook_id)
    return _webhook(row) if row else None


async def every(db: Reader, account: UUID) -> list[Webhook]:
    """All webhooks of the account, by name."""
    return [_webhook(row) for row in await db.rows(_EVERY, account)]


async def insert(db: Writer, webhook: Webhook) -> bool:
    """The webhook stands; False when there is one of its name in its project."""
    w = webhook
    row = await db.row(
        _INSERT, w.account_id, w.id, w.name, w.receiver, w.is_enabled, w.access_key, w.version, w.upgrade_mode,
        codec.json_text(w.options), codec.json_text(w.metadata), codec.json_text(w.tags), w.workspace, w.project,
        w.created_at,
    )  # fmt: skip
    if row is None:
        return False
    await doors.open_webhook(db, w.account_id, w.id)
    return True


async def update(db: Writer, webhook: Webhook) -> bool:
    """The webhook, locked, is as given; False when there is another one of its name in its project."""
    w = webhook
    if await db.row(_NAMED, w.account_id, w.workspace, w.project, w.name, w.id) is not None:
        return False
    await db.execute(
        _UPDATE, w.account_id, w.id, w.name, w.is_enabled, w.access_key, w.version, w.upgrade_mode,
        codec.json_text(w.options), codec.json_text(w.tags),
    )  # fmt: skip
    return True


async def remove(db: Writer, account: UUID, webhook_id: str) -> bool:
    """The webhook is gone; its signals and their alerts stay. False when there was none."""
    await doors.close_webhook(db, account, webhook_id)
    return await db.row(_REMOVE, account, webhook_id) is not None


async def count(db: Writer, account: UUID, requests: Iterable[tuple[str, bool]]) -> None:
    """Each request, by its webhook and whether it failed, is counted."""
    counts: dict[str, list[int]] = {}
    for webhook_id, failed in requests:
        mine = counts.setdefault(webhook_id, [0, 0])
        mine[0] += 1
        mine[1] += failed
    ids = sorted(counts)  # one order for all, so that no two writers block each other
    if ids:
        await db.execute(_COUNT, account, ids, [counts[i][0] for i in ids], [counts[i][1] for i in ids])


def _door(row: asyncpg.Record) -> Door:
    days = row["retention_days"]
    webhook = replace(_webhook(row), retention=None if days is None else timedelta(days=days))
    return Door(webhook=webhook, is_removed=row["is_removed"])


def _webhook(row: asyncpg.Record) -> Webhook:
    return Webhook(
        id=row["webhook_id"],
        account_id=row["account_id"],
        name=row["name"],
        receiver=row["receiver"],
        is_enabled=row["is_enabled"],
        access_key=row["access_key"],
        version=row["version"],
        upgrade_mode=row["upgrade_mode"],
        options=codec.json_value(row["options"]),
        metadata=codec.json_value(row["metadata"]),
        tags=codec.json_value(row["tags"]),
        workspace=row["workspace"],
        project=row["project"],
        requests=row["requests"],
        failures=row["failures"],
        created_at=row["created_at"],
    )
