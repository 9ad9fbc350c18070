"""Maintenance windows as rows; whoever changes them has the open alerts looked at again."""

from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.errors import NotFound
from whence.domain.maintenance import Maintenance, Mode, Recurrence
from whence.store import codec
from whence.store.alerts import AT_ONCE
from whence.store.pool import Reader, Writer

_COLUMNS: Final[LiteralString] = """
    m.maintenance_id, m.name, m.description, m.mode, m.recurrence, m.starts_at, m.ends_at, m.time_zone, m.last_at,
    m.scope, m.created_by, m.created_at, m.updated_at
"""
_EVERY: Final[LiteralString] = f"""
    select {_COLUMNS} from maintenance m where m.account_id = $1 order by m.maintenance_id desc
"""
_GET: Final[LiteralString] = f"select {_COLUMNS} from maintenance m where m.account_id = $1 and m.maintenance_id = $2"
_LOCK: Final[LiteralString] = f"{_GET} for update"
_EXTENT: Final = """
    select count(*) as windows, coalesce(sum(octet_length(description) + coalesce(octet_length(scope::text), 0)), 0)
        ::bigint as bytes
    from maintenance where account_id = $1 and maintenance_id <> $2
"""
_INSERT: Final = """
    insert into maintenance (
        account_id, maintenance_id, name, description, mode, recurrence, starts_at, ends_at, time_zone, last_at, scope,
        created_by, created_at, updated_at
    ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
_UPDATE: Final = """
    update maintenance set name = $3, description = $4, mode = $5, recurrence = $6, starts_at = $7, ends_at = $8,
        time_zone = $9, last_at = $10, scope = $11, updated_at = $12
    where account_id = $1 and maintenance_id = $2
"""
_DELETE: Final = "delete from maintenance where account_id = $1 and maintenance_id = $2"
# Locked in the order of the keys, as everybody locks alerts.
_REGROUP: Final[LiteralString] = f"""
    with standing as (
        select alert_id from alert where account_id = $1 and closed_at is null order by key for update
    )
    update alert set group_at = now() - {AT_ONCE} from standing
    where account_id = $1 and alert.alert_id = standing.alert_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How many windows there are, and the bytes of their descriptions and scopes."""

    windows: int
    size: int


async def every(db: Reader, account: UUID) -> list[Maintenance]:
    """All windows of the account, the last made first."""
    return [_maintenance(row) for row in await db.rows(_EVERY, account)]


async def require(db: Reader, account: UUID, maintenance_id: UUID) -> Maintenance:
    """The window.

    Raises:
        NotFound: the account has none such.
    """
    return _found(await db.row(_GET, account, maintenance_id), maintenance_id)


async def require_locked(db: Writer, account: UUID, maintenance_id: UUID) -> Maintenance:
    """The window, which nobody else changes before the transaction ends. Raises as `require`."""
    return _found(await db.row(_LOCK, account, maintenance_id), maintenance_id)


async def extent(db: Reader, account: UUID, *, beside: UUID) -> Extent:
    """How much the account has, aside from one window."""
    row = await db.row(_EXTENT, account, beside)
    return Extent(windows=row["windows"], size=row["bytes"]) if row else Extent(windows=0, size=0)


def size(window: Maintenance) -> int:
    """What the window adds to `Extent.size`."""
    return len(window.description.encode()) + len((_scope_text(window) or "").encode())


async def insert(db: Writer, account: UUID, window: Maintenance) -> None:
    """The window stands, and open alerts are looked at again."""
    w = window
    await db.execute(
        _INSERT, account, w.id, w.name, w.description, w.mode.value, w.recurrence.value, w.starts_at, w.ends_at,
        w.time_zone, w.last_at, _scope_text(w), w.created_by, w.created_at, w.updated_at,
    )  # fmt: skip
    await db.execute(_REGROUP, account)


async def update(db: Writer, account: UUID, window: Maintenance) -> None:
    """The window, locked, is as given, and open alerts are looked at again."""
    w = window
    await db.execute(
        _UPDATE, account, w.id, w.name, w.description, w.mode.value, w.recurrence.value, w.starts_at, w.ends_at,
        w.time_zone, w.last_at, _scope_text(w), w.updated_at,
    )  # fmt: skip
    await db.execute(_REGROUP, account)


async def delete(db: Writer, account: UUID, maintenance_id: UUID) -> None:
    """The window is gone, and open alerts are looked at again."""
    await db.execute(_DELETE, account, maintenance_id)
    await db.execute(_REGROUP, account)


def _scope_text(window: Maintenance) -> str | None:
    return None if window.scope is None else codec.clauses_text(window.scope)


def _found(row: asyncpg.Record | None, maintenance_id: UUID) -> Maintenance:
    if row is None:
        raise NotFound("maintenance window", maintenance_id)
    return _maintenance(row)


def _maintenance(row: asyncpg.Record) -> Maintenance:
    return Maintenance(
        id=row["maintenance_id"],
        name=row["name"],
        description=row["description"],
        mode=Mode(row["mode"]),
        recurrence=Recurrence(row["recurrence"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        time_zone=row["time_zone"],
        last_at=row["last_at"],
        scope=None if row["scope"] is None else codec.scope_value(row["scope"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
