"""The order in which an account's events were committed: what a live reader follows.

A position is given under the lock of the account's head row, which is held until the commit: so positions
become visible in their order, and whoever has read up to one has missed nothing before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from whence.domain.errors import Doubt, Unauthenticated
from whence.store.pool import Reader, Writer

CHANNEL: Final = "whence_feed"
SHUT: Final = "shut"  # said on it, in the place of a position, of an account that was deleted

_ANNOUNCE: Final = """
    with head as (
        insert into feed_head (account_id, position) values ($1, 1)
        on conflict (account_id) do update set position = feed_head.position + 1 where not feed_head.is_closed
        returning position
    ), entry as (
        insert into feed (account_id, position, at, event_ids, occurred_at, alert_ids, problem_ids)
        select $1, position, clock_timestamp(), $2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[] from head
    )
    select pg_notify('whence_feed', $1::text || ' ' || position) from head
"""
_HOLD: Final = """
    insert into feed_head (account_id, position) values ($1, 0)
    on conflict (account_id) do update set position = feed_head.position where not feed_head.is_closed
    returning position
"""
_SHUT: Final = """
    with head as (
        insert into feed_head (account_id, position, is_closed) values ($1, 0, true)
        on conflict (account_id) do update set is_closed = true
        returning position
    )
    select pg_notify('whence_feed', $1::text || ' shut') from head
"""
_STANDS: Final = "select from account where account_id = $1 and deleted_at is null"
_HEAD: Final = "select position from feed_head where account_id = $1"
_SINCE: Final = """
    select position, at, event_ids, occurred_at, alert_ids, problem_ids from feed
    where account_id = $1 and position > $2 order by position limit $3
"""
_FIRST_AFTER: Final = "select position from feed where account_id = $1 and at > $2 order by at, position limit 1"
_OLDEST: Final = "select min(position) as position from feed where account_id = $1"
_TRIM: Final = "delete from feed where account_id = $1 and at <= $2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one commit added: events as (id, when it occurred); the alerts and problems that it opened or changed."""

    position: int
    at: datetime
    events: tuple[tuple[UUID, datetime], ...]
    alerts: tuple[UUID, ...] = ()
    problems: tuple[UUID, ...] = ()


async def announce(
    db: Writer,
    account: UUID,
    *,
    event_ids: Sequence[UUID] = (),
    occurred_at: Sequence[datetime] = (),
    alert_ids: Sequence[UUID] = (),
    problem_ids: Sequence[UUID] = (),
) -> None:
    """Give the events, and the news of the alerts and problems, the account's next position.

    The last statement before a commit, as it takes a lock.
    Its time is taken under the lock too: of two entries the one behind is never the earlier one.

    Raises:
        Unauthenticated: the account was deleted meanwhile; the transaction is to be given up.
    """
    if not await db.add(_ANNOUNCE, account, event_ids, occurred_at, alert_ids, problem_ids):
        raise Unauthenticated(Doubt.UNKNOWN)


async def hold(db: Writer, account: UUID) -> None:
    """The account is there until the commit: for what adds to it and has no news. Raises as `announce`."""
    if await db.row(_HOLD, account) is None:
        raise Unauthenticated(Doubt.UNKNOWN)


async def shut(db: Writer, account: UUID) -> None:
    """Whoever adds to the account has committed by now, or fails at `announce` or `hold`; who follows it is woken."""
    await db.row(_SHUT, account)


async def is_shut(db: Reader, account: UUID) -> bool:
    """Whether the account was deleted."""
    return await db.row(_STANDS, account) is None


async def head(db: Reader, account: UUID) -> int:
    """The newest position; 0 when nothing was ever announced."""
    row = await db.row(_HEAD, account)
    return row["position"] if row else 0


async def since(db: Reader, account: UUID, position: int, *, limit: int) -> list[Entry]:
    """The entries after the position, oldest first."""
    return [
        Entry(
            position=row["position"],
            at=row["at"],
            events=tuple(zip(row["event_ids"], row["occurred_at"], strict=True)),
            alerts=tuple(row["alert_ids"]),
            problems=tuple(row["problem_ids"]),
        )
        for row in await db.rows(_SINCE, account, position, limit)
    ]


async def before(db: Reader, account: UUID, at: datetime) -> int:
    """The position behind which everything was announced after `at`."""
    row = await db.row(_FIRST_AFTER, account, at)
    return row["position"] - 1 if row else await head(db, account)


async def reaches_back_to(db: Reader, account: UUID, position: int) -> bool:
    """Whether no entry after the position has been trimmed."""
    row = await db.row(_OLDEST, account)
    oldest = row["position"] if row else None
    return position >= (await head(db, account) if oldest is None else oldest - 1)


async def trim(db: Writer, account: UUID, *, at: datetime) -> None:
    """Forget what was announced by `at`."""
    await db.execute(_TRIM, account, at)
