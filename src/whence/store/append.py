"""Write reports that were accepted together: rows, links, counts; once each, whoever sends them again."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from operator import itemgetter
from typing import Final
from uuid import UUID

from whence.correlate.problems.rules import MARKS
from whence.domain.errors import Conflict
from whence.domain.event import Accepted, Duplicate, Rejected
from whence.store import alerts, codec, counts, once
from whence.store.deliveries import Deliveries
from whence.store.episodes import correlate
from whence.store.pool import Writer
from whence.store.rows import EVENT_COLUMNS, LINK_COLUMNS, Item, Rows

_MARKED: Final = timedelta(days=1)  # longer than any mark holds; what it holds for is decided where alerts are grouped
_A_WHILE: Final = 64  # reports that become rows before others have a turn: some tenths of a millisecond
_REPEAT: Final = """
    update event set report_count = report_count + times, updated_at = $4
    from unnest($2::uuid[], $3::integer[]) as again (event_id, times)
    where account_id = $1 and event.event_id = again.event_id returning event.event_id
"""
_STANDING: Final = "select event_id, occurred_at from event where account_id = $1 and event_id = any($2::uuid[])"
_BEGIN: Final = """
    insert into event_pair (account_id, digest, event_id, occurred_at)
    select $1, * from unnest($2::bytea[], $3::uuid[], $4::timestamptz[])
"""
_END: Final = """
    delete from event_pair where account_id = $1 and digest = $2 and occurred_at <= $3
    returning event_id, occurred_at
"""
_END_EVENTS: Final = """
    update event set ended_at = $4, updated_at = $5, report_count = report_count + 1
    from unnest($2::uuid[], $3::timestamptz[]) as begun (event_id, occurred_at)
    where account_id = $1 and event.event_id = begun.event_id and event.occurred_at = begun.occurred_at
    returning event.event_id, event.scope
"""
_END_LINKS: Final = """
    update event_link set ended_at = $5
    from unnest($2::uuid[], $3::timestamptz[], $4::bigint[]) as begun (event_id, occurred_at, key)
    where account_id = $1 and event_link.event_id = begun.event_id and event_link.occurred_at = begun.occurred_at
    and event_link.key = begun.key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a commit made: the items that are new rows, and the alerts that it opened or changed."""

    items: list[Item]
    alert_ids: list[UUID]


async def append(db: Writer, account: UUID, items: Sequence[Item], *, at: datetime, slot: int) -> Appended:
    """Store the reports, move their alerts, and give each item its receipt.

    Rows are locked in one order, which `amend`, `alerts`, `problems` and `grouping` keep to: keys, senders' ids, heads
    of problems and of tickets, alerts, problems, pairs, events, tickets, webhooks, counts.
    So nobody who writes or removes waits in a circle.

    Raises:
        Unavailable: with `lost_race`: another writer opened the same alert; after it has committed all is well.
    """
    tally = counts.Counts()
    repeats = await _claim_keys(db, account, items, at=at)
    await _forget_sent(db, account, items, at=at)
    deliveries = await Deliveries.take(db, account, items, at=at)
    changed = await correlate(db, account, [item for item in items if item.receipt is None], tally, at=at)
    await _mark(db, account, items, at=at)
    fresh = [item for item in items if item.receipt is None]
    ordinary = [item for item in fresh if item.report.pairing is None or not item.report.pairing.ends]
    await _insert(db, account, ordinary, tally, at=at)
    await _begin(db, account, ordinary)
    unmatched = [
        item
        for item in fresh
        if (pairing := item.report.pairing) and pairing.ends and not await _end(db, account, item, pairing.key, at=at)
    ]
    await _insert(db, account, unmatched, tally, at=at)
    if any(map(_elsewhere, items)):
        _lead_on(items)
        await _redirect(db, account, items, repeats)
    await _count(db, account, repeats, at=at)
    await deliveries.write(db, account, at=at)
    if tally:
        await counts.add(db, account, tally, slot=slot)
    return Appended(items=ordinary + unmatched, alert_ids=changed)


async def _mark(db: Writer, account: UUID, items: Sequence[Item], *, at: datetime) -> None:
    """Alerts on what the items say is about to go, which may have come before they did, are looked at again."""
    marks = [
        (item.report.scope.only_entity, item.report.span.start)
        for item in items
        if item.report.type in MARKS and item.receipt is None
    ]
    if known := [(entity_id, since) for entity_id, since in marks if entity_id is not None]:
        await alerts.regroup_marked(db, account, known, within=_MARKED, at=at)


async def _claim_keys(db: Writer, account: UUID, items: Sequence[Item], *, at: datetime) -> list[Item]:
    """Claim the idempotency keys; the items returned repeat what another one was sent for."""
    claims = [(item, item.report.once) for item in items if item.report.once is not None]
    if not claims:
        return []
    claimed = [once.Claim(once=asked, event_id=item.id) for item, asked in claims]
    holders = await once.claim(db, account, claimed, at=at)
    repeats: list[Item] = []
    for item, asked in claims:
        holder = holders[asked.key]
        if holder.event_id == item.id:
            continue
        if holder.content != asked.content:
            item.receipt = Rejected(refusal=Conflict("Idempotency-Key was used for another event"))
            continue
        item.receipt = Duplicate(id=holder.event_id)
        repeats.append(item)
    return repeats


async def _forget_sent(db: Writer, account: UUID, items: Sequence[Item], *, at: datetime) -> None:
    sent = [item for item in items if item.report.sender_id is not None and item.receipt is None]
    if not sent:
        return
    names = ((item.report.source, item.report.sender_id or "", item.id) for item in sent)
    known = await once.remember(db, account, names, at=at)
    for item in sent:
        holder = known[item.report.source, item.report.sender_id or ""]
        if holder != item.id:
            item.receipt = Duplicate(id=holder)


def _lead_on(items: Sequence[Item]) -> None:
    """Duplicates of an item for which no row was written are duplicates of what it turned out to be."""
    moved = {item.id: there for item in items if (there := _elsewhere(item))}
    for item in items:
        while isinstance(item.receipt, Duplicate) and item.receipt.id in moved:
            item.receipt = Duplicate(id=moved[item.receipt.id])


async def _redirect(db: Writer, account: UUID, items: Sequence[Item], repeats: Sequence[Item]) -> None:
    """Keys and senders' ids that were claimed for rows which were not written stand for those that are there."""
    known = {item.id for item in repeats}
    moved = [(item, there) for item in items if item.id not in known and (there := _elsewhere(item))]
    keys = {item.report.once.key: there for item, there in moved if item.report.once}
    if keys:
        await once.redirect(db, account, keys)
    sent = {
        (item.report.source, item.report.sender_id): there
        for item, there in moved
        if item.report.sender_id is not None and isinstance(item.receipt, Accepted)
    }
    if sent:
        await once.redirect_sent(db, account, sent)


async def _count(db: Writer, account: UUID, repeats: Sequence[Item], *, at: datetime) -> None:
    """Add what was repeated to the reports of its event, which may be as new as the repetition."""
    times: Counter[UUID] = Counter()
    for item in repeats:
        if item.report.once and item.report.once.counts and isinstance(item.receipt, Duplicate):
            times[item.receipt.id] += 1
    while times:
        counted = await db.rows(_REPEAT, account, list(times), list(times.values()), at)
        missed = times.keys() - {row["event_id"] for row in counted}
        # Who changed one of them while we waited has put another row in its place; what was removed is counted nowhere.
        there = await db.rows(_STANDING, account, list(missed)) if missed else []
        times = Counter({row["event_id"]: times[row["event_id"]] for row in there})


def _elsewhere(item: Item) -> UUID | None:
    """The id of the event that the item turned out to be, when it is not the item's own."""
    match item.receipt:
        case Accepted(id=event_id) | Duplicate(id=event_id) if event_id != item.id:
            return event_id
        case _:
            return None


async def _insert(db: Writer, account: UUID, items: Sequence[Item], tally: counts.Counts, *, at: datetime) -> None:
    if not items:
        return
    made = Rows(account, tally, at=at)
    for n, item in enumerate(items, 1):
        made.add(item)
        if n % _A_WHILE == 0:
            await asyncio.sleep(0)
    await db.copy("event", EVENT_COLUMNS, made.events)
    await db.copy("event_link", LINK_COLUMNS, made.links)
    for item in items:
        item.receipt = Accepted(id=item.id, alert_id=item.alert_id)


async def _begin(db: Writer, account: UUID, items: Sequence[Item]) -> None:
    begun = [item for item in items if item.report.pairing is not None]
    if begun:
        digests = [_pair_digest(item.report.pairing.key) for item in begun if item.report.pairing]
        starts = [item.report.span.start for item in begun]
        await db.execute(_BEGIN, account, digests, [item.id for item in begun], starts)


async def _end(db: Writer, account: UUID, item: Item, key: str, *, at: datetime) -> bool:
    """End every span of the key that began by the item's time; False when there was none."""
    end = item.report.span.end
    begun = await db.rows(_END, account, _pair_digest(key), end)
    if not begun:
        return False
    await _end_events(db, account, {row["event_id"]: row["occurred_at"] for row in begun}, end, at=at)
    item.receipt = Accepted(id=max(begun, key=itemgetter("occurred_at"))["event_id"])
    return True


async def _end_events(
    db: Writer, account: UUID, begun: Mapping[UUID, datetime], end: datetime, *, at: datetime
) -> None:
    """The events end then, and their links with them; not those that were removed meanwhile."""
    while begun:
        ended = await db.rows(_END_EVENTS, account, list(begun), list(begun.values()), end, at)
        scopes = {row["event_id"]: codec.scope_value(row["scope"]) for row in ended}
        links = [(one, begun[one], link.key) for one, scope in scopes.items() for link in scope.link_keys()]
        if links:
            await db.execute(_END_LINKS, account, *(list(column) for column in zip(*links, strict=True)), end)
        left = [one for one in begun if one not in scopes]
        # Where somebody has moved them to, or put another row in their place.
        there = await db.rows(_STANDING, account, left) if left else []
        begun = {row["event_id"]: row["occurred_at"] for row in there}


def _pair_digest(key: str) -> bytes:
    return sha256(key.encode()).digest()
