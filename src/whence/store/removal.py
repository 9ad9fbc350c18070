"""Remove every event that a filter asks for: a thousand at a time, each with all that the store knows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.event import Event
from whence.domain.filter import Filter
from whence.domain.page import Cursor, Order
from whence.store import alerts, codec, counts, events
from whence.store.matching import Matching
from whence.store.pool import Writer

BATCH: Final = 1_000  # events that one statement removes: a statement has a time limit, a transaction has none
MOST_BYTES: Final = 64 * 1024 * 1024  # of what is told of the events that are gone

_FOUND: Final[LiteralString] = "e.event_id, e.occurred_at, e.source, e.sender_id, e.alert_id"
_KEYED: Final[LiteralString] = f"select {_FOUND} from event e where e.account_id = $1 and e.key = $2"
_FORGET_ONCE: Final = "delete from event_once where account_id = $1 and event_id = any($2::uuid[])"
_FORGET_SENDERS: Final = """
    delete from event_sender using unnest($2::text[], $3::text[]) as gone (source, sender_id)
    where account_id = $1 and event_sender.source = gone.source and event_sender.sender_id = gone.sender_id
"""
_FORGET_PAIRS: Final = "delete from event_pair where account_id = $1 and event_id = any($2::uuid[])"
# Locked in the order in which everybody removes them: two that remove the same do not wait in a circle.
_LOCK: Final[LiteralString] = f"""
    select {events.COLUMNS}, octet_length(e.original) as original_bytes
    from unnest($2::uuid[], $3::timestamptz[]) as gone (event_id, occurred_at)
    join event e on e.account_id = $1 and e.occurred_at = gone.occurred_at and e.event_id = gone.event_id
    order by e.occurred_at desc, e.event_id desc for update of e
"""
# A batch of originals could be vast: only those that are told are read.
_ORIGINALS: Final = """
    select e.event_id, e.original from unnest($2::uuid[], $3::timestamptz[]) as told (event_id, occurred_at)
    join event e on e.account_id = $1 and e.occurred_at = told.occurred_at and e.event_id = told.event_id
"""
_REMOVE: Final = """
    delete from event using unnest($2::uuid[], $3::timestamptz[]) as gone (event_id, occurred_at)
    where account_id = $1 and event.occurred_at = gone.occurred_at and event.event_id = gone.event_id
"""
_UNLINK: Final = """
    delete from event_link
    using unnest($2::bigint[], $3::timestamptz[], $4::uuid[]) as gone (key, occurred_at, event_id)
    where account_id = $1 and event_link.key = gone.key and event_link.occurred_at = gone.occurred_at
    and event_link.event_id = gone.event_id
"""


@dataclass(kw_only=True)
class Gone:
    """What a removal took: how many events, and the first of them, with their originals.

    `most`: so many more are kept, and no more than `most_bytes` of their properties and originals.
    """

    count: int = 0
    most: int = 0
    most_bytes: int = 0
    events: list[Event] = field(default_factory=list[Event])

    def takes(self, size: int) -> bool:
        """One more event goes: whether it is among those that are kept; `size`: of its properties and its original."""
        self.count += 1
        if self.most <= 0 or size > self.most_bytes:
            return False
        self.most -= 1
        self.most_bytes -= size
        return True


async def remove_all(
    db: Writer, account: UUID, asked: Filter, *, slot: int, most: int = 0, registered: bool = False
) -> Gone:
    """Every event asked for is gone from lists, links and counts, and may be sent again.

    Also one that somebody moves out of our way meanwhile: what was found and was not there any more is looked for
    again. The order of locks is that of `store.append.append`, in each batch.

    Args:
        most: how many of the events are returned.
        registered: as `Matching` has it.
    """
    tally = counts.Counts()
    gone = Gone(most=most, most_bytes=MOST_BYTES)
    while True:
        before = gone.count
        found = await _sweep(db, account, asked, tally, gone, registered=registered)
        if found == gone.count - before:
            break
    if tally:
        await counts.add(db, account, tally, slot=slot)
    return gone


async def remove_keyed(db: Writer, account: UUID, key: str, *, slot: int) -> None:
    """Every event of the correlation key is gone, with the alerts that they opened."""
    rows = await db.rows(_KEYED, account, key)
    tally = counts.Counts()
    if rows:
        await _remove(db, account, rows, tally, Gone())
    if tally:
        await counts.add(db, account, tally, slot=slot)


async def _sweep(
    db: Writer, account: UUID, asked: Filter, tally: counts.Counts, gone: Gone, *, registered: bool
) -> int:
    """Go through the events once, newest first, and remove them; how many were found."""
    found = 0
    cursor: Cursor | None = None
    while True:
        batch = Matching(account, asked, registered=registered).newest(_FOUND, Order.NEWEST, cursor, BATCH)
        rows = await db.rows(batch.sql, *batch.args)
        if rows:
            found += len(rows)
            await _remove(db, account, rows, tally, gone)
        if len(rows) < BATCH:
            return found
        last = rows[-1]
        cursor = Cursor(order=Order.NEWEST, window=asked.window, at=last["occurred_at"], event_id=last["event_id"])


async def _remove(db: Writer, account: UUID, batch: Sequence[asyncpg.Record], tally: counts.Counts, gone: Gone) -> None:
    await _forget(db, account, batch)
    locked = await db.rows(_LOCK, account, *_places(batch))
    await events.require_forgotten(db, account, [row["event_id"] for row in locked])
    told: list[Event] = []
    for row in locked:
        event = codec.event(row)
        tally.add(event, event.places, times=-1)
        if gone.takes(len(row["properties"] or "") + (row["original_bytes"] or 0)):
            told.append(event)
    gone.events += await _with_originals(db, account, told)
    # Of what was not locked nothing is removed, though it may have come back to the same place by now.
    await db.execute(_REMOVE, account, *_places(locked))
    await db.execute(_UNLINK, account, *_links(locked))


async def _with_originals(db: Writer, account: UUID, told: Sequence[Event]) -> list[Event]:
    if not told:
        return []
    rows = await db.rows(_ORIGINALS, account, [event.id for event in told], [event.span.start for event in told])
    originals = {row["event_id"]: row["original"] for row in rows}
    return [replace(event, original=originals[event.id]) for event in told]


async def _forget(db: Writer, account: UUID, batch: Sequence[asyncpg.Record]) -> None:
    """The events, which are about to be removed, may be sent again, and the alerts that they opened are gone."""
    ids, _ = _places(batch)
    await db.execute(_FORGET_ONCE, account, ids)
    if sent := sorted((row["source"], row["sender_id"]) for row in batch if row["sender_id"] is not None):
        await db.execute(_FORGET_SENDERS, account, [source for source, _ in sent], [name for _, name in sent])
    await db.execute(_FORGET_PAIRS, account, ids)
    if alert_ids := [row["alert_id"] for row in batch if row["alert_id"] is not None]:
        await alerts.remove_each(db, account, alert_ids, ids)


def _places(rows: Sequence[asyncpg.Record]) -> tuple[list[UUID], list[datetime]]:
    return [row["event_id"] for row in rows], [row["occurred_at"] for row in rows]


def _links(rows: Sequence[asyncpg.Record]) -> tuple[list[int], list[datetime], list[UUID]]:
    """The places of the events' links: key, time and event id."""
    keys_of: dict[str | None, list[int]] = {}
    for row in rows:
        if row["scope"] not in keys_of:
            keys_of[row["scope"]] = [link.key for link in codec.scope_value(row["scope"]).link_keys()]
    links = [(key, row["occurred_at"], row["event_id"]) for row in rows for key in keys_of[row["scope"]]]
    return [key for key, _, _ in links], [at for _, at, _ in links], [event_id for _, _, event_id in links]
