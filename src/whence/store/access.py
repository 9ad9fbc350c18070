"""Accounts, tokens and the audit trail as rows. A token's digest is looked up before its account is known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.access import Account, AuditEntry, Options, Principal, Right, Sees, Token
from whence.store import codec, doors, feed
from whence.store.pool import Reader, Writer

CHANGED: Final = "whence_access"  # the channel on which processes hear that what they remember of tokens is stale

_OPEN: Final = """
    select a.account_id, a.name as account_name, a.secret, t.token_id, t.name, t.rights, t.sees, t.rate_per_minute,
        t.is_bootstrap, t.expires_at, t.options, a.retention_days
    from token t join account a using (account_id)
    where t.account_id = $1 and t.token_id = $2 and a.deleted_at is null
"""
_ADD_ACCOUNT: Final = """
    insert into account (account_id, name, secret, created_at) values ($1, $2, $3, $4)
    on conflict (name) do nothing returning account_id
"""
_ACCOUNT: Final = """
    select account_id, name, created_at, retention_days, deleted_at from account where account_id = $1
"""
_ACCOUNT_NAMED: Final = "select account_id, name, created_at, retention_days, deleted_at from account where name = $1"
_ACCOUNTS: Final = """
    select account_id, name, created_at, retention_days, deleted_at from account
    where account_id > $1 order by account_id limit $2
"""
# What is left of the account is looked at again: of what was kept longer until now some may be there.
_KEEP: Final = """
    update account set retention_days = $2, forgotten_before = null where account_id = $1 and deleted_at is null
    returning account_id
"""
_DELETE: Final = """
    update account set deleted_at = $2 where account_id = $1 and deleted_at is null returning account_id
"""
_ISSUE: Final = """
    insert into token (
        account_id, token_id, name, rights, sees, rate_per_minute, is_bootstrap, created_at, expires_at, options
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_TOKENS: Final[LiteralString] = """
    select t.*, a.name as account_name, a.created_at as account_created_at
    from token t join account a using (account_id)
    where t.account_id = $1 and t.token_id > $2 order by t.token_id limit $3
"""
_BY_DIGEST: Final[LiteralString] = """
    select t.*, a.name as account_name, a.created_at as account_created_at
    from token_door d join token t using (account_id, token_id) join account a using (account_id)
    where d.account_id = $1 and d.digest = $2
"""
_HOLD_ACCOUNT: Final = "select from account where account_id = $1 for no key update"
_HOLD: Final = "select from token where account_id = $1 and token_id = $2 for update"
_SESSIONS: Final = "select session_id from session where account_id = $1 and token_id = $2"
_REVOKE: Final = "delete from token where account_id = $1 and token_id = $2 returning name"
_BOOTSTRAPS: Final = """
    select d.digest, t.token_id from token t join token_door d using (account_id, token_id)
    where t.account_id = $1 and t.is_bootstrap
"""
_USED: Final = """
    update token set last_used_at = used.at from unnest($2::uuid[], $3::timestamptz[]) as used (token_id, at)
    where account_id = $1 and token.token_id = used.token_id
"""
_NOTIFY: Final = "select pg_notify('whence_access', $1)"
_RECORD: Final = """
    insert into audit (account_id, audit_id, at, token_id, token_name, action, noun, noun_id, detail)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_AUDIT: Final = """
    select audit_id, at, token_id, token_name, action, noun, noun_id, detail from audit
    where account_id = $1 and audit_id < $2 order by audit_id desc limit $3
"""


async def principal(db: Reader, digest: bytes) -> Principal | None:
    """Whose token has this SHA-256, expired or not."""
    way = await doors.of_token(db, digest)
    row = await db.row(_OPEN, *way) if way else None
    return holder(row) if row else None


def holder(row: asyncpg.Record) -> Principal:
    """The holder of the token that the row is of, with its account's name and secret."""
    return Principal(
        account_id=row["account_id"],
        account_name=row["account_name"],
        token_id=row["token_id"],
        name=row["name"],
        rights=frozenset(Right(right) for right in row["rights"]),
        sees=Sees(row["sees"]),
        rate_per_minute=row["rate_per_minute"],
        is_bootstrap=row["is_bootstrap"],
        expires_at=row["expires_at"],
        secret=row["secret"],
        options=_options(row["options"]),
        retention_days=row["retention_days"],
    )


async def add_account(db: Writer, account: Account, secret: bytes) -> bool:
    """Whether the name was free; then the account stands."""
    return await db.row(_ADD_ACCOUNT, account.id, account.name, secret, account.created_at) is not None


async def account(db: Reader, account: UUID) -> Account | None:
    """The account, whether it stands or is being deleted."""
    row = await db.row(_ACCOUNT, account)
    return _account(row) if row else None


async def account_named(db: Reader, name: str) -> Account | None:
    """The account of that name."""
    row = await db.row(_ACCOUNT_NAMED, name)
    return _account(row) if row else None


async def accounts(db: Reader, *, after: UUID, limit: int) -> list[Account]:
    """Accounts in the order of their ids, behind `after`."""
    return [_account(row) for row in await db.rows(_ACCOUNTS, after, limit)]


async def keep(db: Writer, account: UUID, days: int | None) -> bool:
    """The account keeps so much from now on, on every node; False when it is gone."""
    if await db.row(_KEEP, account, days) is None:
        return False
    await db.execute(_NOTIFY, str(account))
    return True


async def delete(db: Writer, account: UUID, *, at: datetime) -> bool:
    """Nothing opens the account any more on any node, and nothing is added to it; False when that was so already."""
    if await db.row(_DELETE, account, at) is None:
        return False
    await feed.shut(db, account)
    await db.execute(_NOTIFY, str(account))
    return True


async def add_token(db: Writer, token: Token, digest: bytes) -> None:
    """The token opens its account."""
    await db.execute(
        _ISSUE,
        token.account.id,
        token.id,
        token.name,
        sorted(token.rights),
        token.sees.value,
        token.rate_per_minute,
        token.is_bootstrap,
        token.created_at,
        token.expires_at,
        codec.object_text(token.options),
    )
    await doors.open_token(db, token.account.id, token.id, digest)


async def tokens(db: Reader, account: UUID, *, after: UUID, limit: int) -> list[Token]:
    """The account's tokens in the order of their ids, behind `after`."""
    return [_token(row) for row in await db.rows(_TOKENS, account, after, limit)]


async def token(db: Reader, account: UUID, digest: bytes) -> Token | None:
    """The account's token whose SHA-256 this is, expired or not."""
    row = await db.row(_BY_DIGEST, account, digest)
    return _token(row) if row else None


async def remove_token(db: Writer, account: UUID, token_id: UUID) -> str | None:
    """The name of the token, which opens nothing any more on any node; None when the account has none such."""
    await db.row(_HOLD, account, token_id)  # whoever is signing in with it has done so, or does it in vain
    await doors.close_sessions(db, account, [row["session_id"] for row in await db.rows(_SESSIONS, account, token_id)])
    row = await db.row(_REVOKE, account, token_id)
    if row is None:
        return None
    await doors.close_token(db, account, token_id)
    await db.execute(_NOTIFY, str(account))
    return row["name"]


async def bootstraps(db: Writer, account: UUID) -> dict[bytes, UUID]:
    """The account's bootstrap tokens by their digests; no other transaction is told of them until this one ends."""
    await db.row(_HOLD_ACCOUNT, account)
    return {row["digest"]: row["token_id"] for row in await db.rows(_BOOTSTRAPS, account)}


async def used(db: Writer, account: UUID, last_used: dict[UUID, datetime]) -> None:
    """Note when tokens were last used."""
    await db.execute(_USED, account, list(last_used), list(last_used.values()))


async def record(db: Writer, account: UUID, entries: Sequence[AuditEntry]) -> None:
    """The entries are on the account's audit trail."""
    for entry in entries:
        await db.execute(
            _RECORD,
            account,
            entry.id,
            entry.at,
            entry.token_id,
            entry.token_name,
            entry.action,
            entry.noun,
            entry.noun_id,
            entry.detail,
        )


async def audit(db: Reader, account: UUID, *, before: UUID, limit: int) -> list[AuditEntry]:
    """The account's audit trail, newest first, behind the entry `before`."""
    return [
        AuditEntry(
            id=row["audit_id"],
            at=row["at"],
            token_id=row["token_id"],
            token_name=row["token_name"],
            action=row["action"],
            noun=row["noun"],
            noun_id=row["noun_id"],
            detail=row["detail"],
        )
        for row in await db.rows(_AUDIT, account, before, limit)
    ]


def _account(row: asyncpg.Record) -> Account:
    return Account(
        id=row["account_id"],
        name=row["name"],
        created_at=row["created_at"],
        retention_days=row["retention_days"],
        deleted_at=row["deleted_at"],
    )


def _token(row: asyncpg.Record) -> Token:
    return Token(
        id=row["token_id"],
        account=Account(id=row["account_id"], name=row["account_name"], created_at=row["account_created_at"]),
        name=row["name"],
        rights=frozenset(Right(right) for right in row["rights"]),
        sees=Sees(row["sees"]),
        rate_per_minute=row["rate_per_minute"],
        is_bootstrap=row["is_bootstrap"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        options=_options(row["options"]),
    )


def _options(text: str | None) -> Options:
    return codec.json_value(text) if text else {}
