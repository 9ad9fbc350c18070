"""What is shown before an account is known: the digest of a token or of a cookie, the id of a webhook.

A door leads to its account, where it is looked up what stands behind it. No foreign key ties it there: on a cluster the
doors are on every node and the account on one. So whoever removes what is behind a door removes the door, and a door
that leads nowhere opens nothing.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from whence.store.pool import Reader, Writer

Way = tuple[UUID, UUID]  # the account, and what in it stands behind the door

_HOLDER: Final = "select account_id, token_id from token_door where digest = $1"
_SESSION: Final = "select account_id, session_id from session_door where digest = $1"
_WEBHOOKS: Final = "select webhook_id, account_id from webhook_door where webhook_id = any($1::text[])"
_ADD_HOLDER: Final = "insert into token_door (account_id, token_id, digest) values ($1, $2, $3)"
_ADD_SESSION: Final = "insert into session_door (account_id, session_id, digest) values ($1, $2, $3)"
_ADD_WEBHOOK: Final = "insert into webhook_door (account_id, webhook_id) values ($1, $2)"
_CLOSE_HOLDER: Final = "delete from token_door where account_id = $1 and token_id = $2"
_CLOSE_SESSIONS: Final = "delete from session_door where account_id = $1 and session_id = any($2::uuid[])"
_CLOSE_WEBHOOK: Final = "delete from webhook_door where account_id = $1 and webhook_id = $2"


async def of_token(db: Reader, digest: bytes) -> Way | None:
    """Where the token with this SHA-256 leads: its account and its id."""
    row = await db.row(_HOLDER, digest)
    return (row["account_id"], row["token_id"]) if row else None


async def of_session(db: Reader, digest: bytes) -> Way | None:
    """Where the cookie with this SHA-256 leads: its account and the session's id."""
    row = await db.row(_SESSION, digest)
    return (row["account_id"], row["session_id"]) if row else None


async def of_webhooks(db: Reader, webhook_ids: Collection[str]) -> dict[str, UUID]:
    """The accounts of those of the webhooks that there are. A webhook never has another."""
    rows = await db.rows(_WEBHOOKS, list(webhook_ids))
    return {row["webhook_id"]: row["account_id"] for row in rows}


async def open_token(db: Writer, account: UUID, token_id: UUID, digest: bytes) -> None:
    """The token is found by its SHA-256."""
    await db.execute(_ADD_HOLDER, account, token_id, digest)


async def open_session(db: Writer, account: UUID, session_id: UUID, digest: bytes) -> None:
    """The session is found by the SHA-256 of its cookie."""
    await db.execute(_ADD_SESSION, account, session_id, digest)


async def open_webhook(db: Writer, account: UUID, webhook_id: str) -> None:
    """The webhook is found by its id."""
    await db.execute(_ADD_WEBHOOK, account, webhook_id)


async def close_token(db: Writer, account: UUID, token_id: UUID) -> None:
    """Nothing leads to the token."""
    await db.execute(_CLOSE_HOLDER, account, token_id)


async def close_sessions(db: Writer, account: UUID, session_ids: Sequence[UUID]) -> None:
    """Nothing leads to the sessions."""
    if session_ids:
        await db.execute(_CLOSE_SESSIONS, account, list(session_ids))


async def close_webhook(db: Writer, account: UUID, webhook_id: str) -> None:
    """Nothing leads to the webhook."""
    await db.execute(_CLOSE_WEBHOOK, account, webhook_id)
