"""What was sent before: idempotency keys and the senders' own ids. The database settles every race."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from whence.domain.event import Once
from whence.store.pool import Reader, Writer

# Sorted by key, so that two writers who claim the same keys wait for each other in the same order.
_CLAIM: Final = """
    insert into event_once as once (account_id, digest, content, event_id, expires_at)
    select $1, * from unnest($2::bytea[], $3::bytea[], $4::uuid[], $5::timestamptz[]) as new (digest) order by digest
    on conflict (account_id, digest) do update
    set content = excluded.content, event_id = excluded.event_id, expires_at = excluded.expires_at
    where once.expires_at <= $6
    returning event_id
"""
_HOLDERS: Final = """
    select digest, content, event_id from event_once where account_id = $1 and digest = any($2::bytea[])
"""
_HELD: Final = """
    select digest, content, event_id from event_once
    where account_id = $1 and digest = any($2::bytea[]) and expires_at > $3
"""
_REDIRECT: Final = """
    update event_once set event_id = new.event_id
    from unnest($2::bytea[], $3::uuid[]) as new (digest, event_id)
    where account_id = $1 and event_once.digest = new.digest
"""
# Those that are known are locked, and stay as they are: who removes their events waits.
_REMEMBER: Final = """
    insert into event_sender as known (account_id, source, sender_id, event_id, received_at)
    select $1, source, sender_id, event_id, $5
    from unnest($2::text[], $3::text[], $4::uuid[]) as new (source, sender_id, event_id) order by source, sender_id
    on conflict (account_id, source, sender_id) do update set received_at = known.received_at where false
    returning event_id
"""
# A statement of its own: only that sees what somebody has committed while the names were waited for.
_SENT: Final = """
    select source, sender_id, event_id, exists (
        select from event e where e.account_id = $1 and e.event_id = event_sender.event_id
    ) as stands
    from event_sender join unnest($2::text[], $3::text[]) as asked (source, sender_id) using (source, sender_id)
    where account_id = $1
"""
_TAKE_OVER: Final = """
    update event_sender set event_id = new.event_id, received_at = $5
    from unnest($2::text[], $3::text[], $4::uuid[]) as new (source, sender_id, event_id)
    where account_id = $1 and event_sender.source = new.source and event_sender.sender_id = new.sender_id
"""
_REDIRECT_SENT: Final = """
    update event_sender set event_id = new.event_id
    from unnest($2::text[], $3::text[], $4::uuid[]) as new (source, sender_id, event_id)
    where account_id = $1 and event_sender.source = new.source and event_sender.sender_id = new.sender_id
"""
_EXPIRE: Final = "delete from event_once where account_id = $1 and expires_at <= $2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A key that an event wants to be the only one of."""

    once: Once
    event_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The event that has a key, and the digest of what was sent with it."""

    event_id: UUID
    content: bytes


async def claim(db: Writer, account: UUID, claims: Sequence[Claim], *, at: datetime) -> dict[str, Holder]:
    """Who holds each key after the call: the claimant when the key was free or had expired by `at`."""
    first: dict[bytes, Claim] = {}
    for one in claims:
        first.setdefault(_digest(one.once.key), one)
    taken = await db.rows(
        _CLAIM,
        account,
        list(first),
        [one.once.content for one in first.values()],
        [one.event_id for one in first.values()],
        [at + one.once.lifetime for one in first.values()],
        at,
    )
    new = {row["event_id"] for row in taken}
    holders = {
        digest: Holder(event_id=one.event_id, content=one.once.content)
        for digest, one in first.items()
        if one.event_id in new
    }
    if missing := [digest for digest in first if digest not in holders]:
        for row in await db.rows(_HOLDERS, account, missing):
            holders[row["digest"]] = Holder(event_id=row["event_id"], content=row["content"])
    return {one.once.key: holders[_digest(one.once.key)] for one in claims}


async def held(db: Reader, account: UUID, keys: Sequence[str], *, at: datetime) -> dict[str, Holder]:
    """Who holds each of the keys that somebody holds at that time."""
    key_by_digest = {_digest(key): key for key in keys}
    rows = await db.rows(_HELD, account, list(key_by_digest), at)
    return {key_by_digest[row["digest"]]: Holder(event_id=row["event_id"], content=row["content"]) for row in rows}


async def redirect(db: Writer, account: UUID, events_by_key: dict[str, UUID]) -> None:
    """Let the keys stand for other events than those that claimed them."""
    digests = [_digest(key) for key in events_by_key]
    await db.execute(_REDIRECT, account, digests, list(events_by_key.values()))


async def remember(
    db: Writer, account: UUID, events: Iterable[tuple[str, str, UUID]], *, at: datetime
) -> dict[tuple[str, str], UUID]:
    """The event of each (source, sender's id): the given one where it was not known, else the known one.

    One whose event is gone, which it may only have held open, is as good as not known.
    """
    first: dict[tuple[str, str], UUID] = {}
    for source, sender_id, event_id in events:
        first.setdefault((source, sender_id), event_id)
    added = await db.rows(_REMEMBER, account, *_columns(first), at)
    if len(added) == len(first):
        return first
    sources, sender_ids, _ = _columns(first)
    left: dict[tuple[str, str], UUID] = {}
    for row in await db.rows(_SENT, account, sources, sender_ids):
        name = row["source"], row["sender_id"]
        if row["stands"]:
            first[name] = row["event_id"]
        elif row["event_id"] != first[name]:
            left[name] = first[name]
    if left:
        await db.execute(_TAKE_OVER, account, *_columns(left), at)
    return first


async def redirect_sent(db: Writer, account: UUID, events_by_name: dict[tuple[str, str], UUID]) -> None:
    """Let the (source, sender's id) stand for other events than those that they were remembered for."""
    await db.execute(_REDIRECT_SENT, account, *_columns(events_by_name))


async def expire(db: Writer, account: UUID, *, at: datetime) -> None:
    """Forget the idempotency keys that ended by `at`."""
    await db.execute(_EXPIRE, account, at)


def _digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


def _columns(events_by_name: dict[tuple[str, str], UUID]) -> tuple[list[str], list[str], list[UUID]]:
    """The sources, the senders' ids and the events."""
    return [source for source, _ in events_by_name], [name for _, name in events_by_name], list(events_by_name.values())
