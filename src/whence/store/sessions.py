"""Sessions of the web UI as rows, found by the digests of their cookies."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from whence.domain.access import AuditEntry, Session
from whence.domain.identity import new_id
from whence.store import access, doors
from whence.store.pool import Reader, Writer

ENDED: Final = "session"  # said on the channel of `store.access`: only what is remembered of sessions is stale
_WHERE: Final = "web UI"  # said on the audit trail; nothing else has sessions

_OPEN: Final = """
    select a.account_id, a.name as account_name, a.secret, t.token_id, t.name, t.rights, t.sees, t.rate_per_minute,
        t.is_bootstrap, t.expires_at, t.options, a.retention_days, s.session_id, s.created_at,
        s.expires_at as session_expires_at
    from session s join token t using (account_id, token_id) join account a using (account_id)
    where s.account_id = $1 and s.session_id = $2 and a.deleted_at is null
"""
# Who signs in with one token takes turns, and waits for whoever revokes it.
_ADD: Final = """
    insert into session (account_id, session_id, token_id, created_at, expires_at)
    select $1, $3, token_id, $4, $5 from token where account_id = $1 and token_id = $2 for no key update
    returning session_id
"""
_TRIM: Final = """
    delete from session where account_id = $1 and session_id in (
        select session_id from session where account_id = $1 and token_id = $2 and expires_at > $3
        order by created_at desc, session_id desc offset $4
    ) returning session_id
"""
_REMOVE: Final = """
    delete from session s using token t
    where s.account_id = $1 and s.session_id = $2 and t.account_id = s.account_id and t.token_id = s.token_id
    returning t.token_id, t.name
"""
_EXPIRE: Final = "delete from session where account_id = $1 and expires_at <= $2 returning session_id"
_NOTIFY: Final = "select pg_notify('whence_access', $1)"


async def session(db: Reader, digest: bytes) -> Session | None:
    """The session whose cookie has this SHA-256, expired or not."""
    way = await doors.of_session(db, digest)
    row = await db.row(_OPEN, *way) if way else None
    if row is None:
        return None
    return Session(
        id=row["session_id"],
        principal=access.holder(row),
        created_at=row["created_at"],
        expires_at=row["session_expires_at"],
    )


async def add(db: Writer, session: Session, digest: bytes, *, most: int) -> bool:
    """Whether its token still stands; then the session does, and of the token's others the newest, `most` in all.

    The audit trail says so.
    """
    by, at = session.principal, session.created_at
    if await db.row(_ADD, by.account_id, by.token_id, session.id, at, session.expires_at) is None:
        return False
    await doors.open_session(db, by.account_id, session.id, digest)
    said = AuditEntry.by(by, "signed in", "session", session.id, at=at, detail=_WHERE)
    await access.record(db, by.account_id, [said])
    if ended := await db.rows(_TRIM, by.account_id, by.token_id, at, most):
        await doors.close_sessions(db, by.account_id, [row["session_id"] for row in ended])
        await db.execute(_NOTIFY, ENDED)
    return True


async def remove(db: Writer, account: UUID, session_id: UUID, *, at: datetime) -> None:
    """The session opens nothing any more on any node. If it did until now, the audit trail says so."""
    row = await db.row(_REMOVE, account, session_id)
    if row is None:
        return
    await doors.close_sessions(db, account, [session_id])
    await access.record(db, account, [_signed_out(row, session_id, at)])
    await db.execute(_NOTIFY, ENDED)


async def expire(db: Writer, account: UUID, *, at: datetime) -> None:
    """What has ended by `at` is forgotten."""
    ended = await db.rows(_EXPIRE, account, at)
    await doors.close_sessions(db, account, [row["session_id"] for row in ended])


def _signed_out(row: asyncpg.Record, session_id: UUID, at: datetime) -> AuditEntry:
    return AuditEntry(
        id=new_id(at),
        at=at,
        token_id=row["token_id"],
        token_name=row["name"],
        action="signed out",
        noun="session",
        noun_id=str(session_id),
        detail=_WHERE,
    )
