"""Write reports that were accepted together: rows, links, counts; once each, whoever sends them again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from typing import Final
from uuid import UUID

from whence.correlate.alerts import Episode, Episodes
from whence.domain.alert import Alert
from whence.domain.errors import Conflict, Unavailable
from whence.domain.event import ENDLESS, Accepted, Duplicate, Kind, Receipt, Rejected, Report, searchable
from whence.domain.identity import number
from whence.domain.scope import Places, Scope, ScopeKey
from whence.store import alerts, codec, counts, once
from whence.store.pool import Writer

EVENT_COLUMNS: Final = (
    "account_id", "event_id", "occurred_at", "ended_at", "received_at", "updated_at", "report_count", "is_open",
    "kind", "severity", "type", "source", "dialect", "title", "description", "url", "links", "scope",
    "clusters", "namespaces", "services", "properties", "search", "sender_id", "key", "original",
    "alert_id", "open_until", "number", "call",
)  # fmt: skip
LINK_COLUMNS: Final = ("account_id", "key", "occurred_at", "event_id", "ended_at", "exact")

_REPEAT: Final = """
    update event set report_count = report_count + times, updated_at = $4
    from unnest($2::uuid[], $3::integer[]) as again (event_id, times)
    where account_id = $1 and event.event_id = again.event_id
"""
_BEGIN: Final = """
    insert into event_pair (account_id, digest, event_id, occurred_at)
    select $1, * from unnest($2::bytea[], $3::uuid[], $4::timestamptz[])
"""
_END: Final = """
    delete from event_pair where account_id = $1 and digest = $2 and occurred_at <= $3
    returning event_id, occurred_at
"""
_END_EVENT: Final = """
    update event set ended_at = $4, updated_at = $5, report_count = report_count + 1
    where account_id = $1 and event_id = $2 and occurred_at = $3
"""
_END_LINKS: Final = """
    update event_link set ended_at = $4 where account_id = $1 and event_id = $2 and occurred_at = $3
    and key = any($5::bigint[])
"""
_OF_ALERTS: Final = frozenset({Kind.PROBLEM, Kind.RECOVERY})
_SCOPE: Final = "select scope from event where account_id = $1 and event_id = $2 and occurred_at = $3"


@dataclass(slots=True, kw_only=True)
class Item:
    """A report on its way into the store: the id it will have, and what became of it.

    `opened`: the alert that it opens. `alert_id`: that one, or the one that it closes.
    """

    id: UUID
    report: Report
    receipt: Receipt | None = None
    opened: Episode | None = None
    alert_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a commit made: the items that are new rows, and the alerts that it opened or changed."""

    items: list[Item]
    alert_ids: list[UUID]


async def append(db: Writer, account: UUID, items: Sequence[Item], *, at: datetime, slot: int) -> Appended:
    """Store the reports, move their alerts, and give each item its receipt.

    Rows are locked in one order, which `amend` and `alerts` keep to: keys, senders' ids, pairs, alerts, events, counts.
    So nobody who writes or removes waits in a circle.

    Raises:
        Unavailable: with `lost_race`: another writer opened the same alert; after it has committed all is well.
    """
    tally = counts.Counts()
    repeats = await _claim_keys(db, account, items, at=at)
    await _forget_sent(db, account, items, at=at)
    changed = await _correlate(db, account, [item for item in items if item.receipt is None], tally, at=at)
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
    _lead_on(items)
    await _redirect(db, account, items, repeats)
    await _count(db, account, repeats, at=at)
    if tally:
        await counts.add(db, account, tally, slot=slot)
    return Appended(items=ordinary + unmatched, alert_ids=changed)


async def _correlate(
    db: Writer, account: UUID, fresh: Sequence[Item], tally: counts.Counts, *, at: datetime
) -> list[UUID]:
    """Move the alerts of the items' keys; items that only hold an alert open have their receipt and need no row."""
    keyed = [item for item in fresh if item.report.key is not None and item.report.kind in _OF_ALERTS]
    if not keyed:
        return []
    episodes = Episodes(await alerts.standing(db, account, (item.report.key or "" for item in keyed)), at=at)
    for item in keyed:
        alert = episodes.take(item.report, item.id)
        if alert is None:
            continue
        item.alert_id = alert.id
        if item.report.kind is Kind.PROBLEM and alert.event_id != item.id:
            item.receipt = Accepted(id=alert.event_id, alert_id=alert.id)
    changed = episodes.changed
    opened = {episode.alert.event_id: episode for episode in changed if episode.was is None}
    for item in keyed:
        item.opened = opened.get(item.id)
    await _move(db, account, changed, tally, at=at)
    return [episode.alert.id for episode in changed]


async def _move(db: Writer, account: UUID, changed: Sequence[Episode], tally: counts.Counts, *, at: datetime) -> None:
    """The alerts' rows, and the events of those that stood before, are as the episodes say."""
    stood = [episode for episode in changed if episode.was is not None]
    if stood:
        await alerts.update(db, account, [episode.alert for episode in stood])
    if (opened := [episode.alert for episode in changed if episode.was is None]) and not await alerts.insert(
        db, account, opened
    ):
        raise Unavailable("Service unavailable", retry_after=1, lost_race=True)
    if held := [_held(episode, episode.words) for episode in stood if episode.words is not None]:
        await alerts.hold_events(db, account, held, at=at)
    if over := [episode.alert for episode in stood if episode.is_over]:
        await alerts.end_events(db, account, over, at=at)
    for episode in stood:
        if episode.was is not None and episode.was.severity is not episode.alert.severity:
            tally.regrade(episode.was, episode.alert)


def _held(episode: Episode, words: Report) -> alerts.Held:
    alert = episode.alert
    named = replace(words, title=alert.title, type=alert.type, source=alert.source)
    return (
        alert.event_id, alert.event_at, words.description, codec.object_text(words.properties), searchable(named),
        alert.severity, episode.reports, alert.expires_at,
    )  # fmt: skip


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
    if times:
        await db.execute(_REPEAT, account, list(times), list(times.values()), at)


def _elsewhere(item: Item) -> UUID | None:
    """The id of the event that the item turned out to be, when it is not the item's own."""
    match item.receipt:
        case Accepted(id=event_id) | Duplicate(id=event_id) if event_id != item.id:
            return event_id
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Rows:
    """What reports are in the tables: records of `event` and `event_link`, and what they add to the counts."""

    events: list[tuple[object, ...]]
    links: list[tuple[object, ...]]
    tally: counts.Counts


@dataclass(frozen=True, slots=True)
class _Placed:
    """What a scope comes to in the tables."""

    text: str | None
    places: Places
    links: tuple[ScopeKey, ...]


def _place(scope: Scope) -> _Placed:
    return _Placed(codec.scope_text(scope), scope.places(), tuple(scope.link_keys()))


_place_small = lru_cache(maxsize=4096)(_place)  # what senders speak of again and again


def rows(account: UUID, items: Sequence[Item], *, at: datetime) -> Rows:
    """The rows that the reports will be, received at `at`."""
    made = Rows(events=[], links=[], tally=counts.Counts())
    for item in items:
        report = _spoken(item)
        scope = report.scope
        known = _place_small(scope) if scope.is_small else _place(scope)
        places = report.places or known.places
        made.tally.add(report, places)
        start = report.span.start
        alert = item.opened.alert if item.opened else None
        end = _end_of(report, alert)
        is_open = alert is not None and alert.closed_at is None
        made.events.append((
            account, item.id, start, end, at, at, alert.report_count if alert else 1, is_open,
            report.kind, report.severity, report.type, report.source, report.dialect,
            report.title, report.description, report.url, codec.links_text(report.links),
            known.text, places.clusters or None, places.namespaces or None,
            places.services or None, codec.object_text(report.properties), searchable(report),
            report.sender_id, report.key, report.original, item.alert_id,
            alert.expires_at if alert and is_open else None, number(item.id) if report.numbered else None,
            report.call,
        ))  # fmt: skip
        for link in known.links:
            made.links.append((account, link.key, start, item.id, end, link.exact))
    return made


def _spoken(item: Item) -> Report:
    """The report in the words of the last one of its commit that held its alert open."""
    words = item.opened.words if item.opened else None
    if words is None or words is item.report:
        return item.report
    return replace(item.report, description=words.description, properties=words.properties, severity=words.severity)


def _end_of(report: Report, alert: Alert | None) -> datetime | None:
    """Where its event's row ends: null for a moment, after every window while its alert is open."""
    if alert is None:
        return None if report.span.is_moment else report.span.end
    if alert.closed_at is None:
        return ENDLESS
    return alert.closed_at if alert.closed_at > report.span.start else None


async def _insert(db: Writer, account: UUID, items: Sequence[Item], tally: counts.Counts, *, at: datetime) -> None:
    if not items:
        return
    made = rows(account, items, at=at)
    await db.copy("event", EVENT_COLUMNS, made.events)
    await db.copy("event_link", LINK_COLUMNS, made.links)
    tally.update(made.tally)
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
    for row in begun:
        place = account, row["event_id"], row["occurred_at"]
        await db.execute(_END_EVENT, *place, end, at)
        scoped = await db.row(_SCOPE, *place)
        if scoped is not None:
            keys = [link.key for link in codec.scope_value(scoped["scope"]).link_keys()]
            await db.execute(_END_LINKS, *place, end, keys)
    item.receipt = Accepted(id=max(begun, key=itemgetter("occurred_at"))["event_id"])
    return True


def _pair_digest(key: str) -> bytes:
    return sha256(key.encode()).digest()
