"""Alerts as rows: the open one of a key, those that are due, lists of them; and what their events follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.alert import Alert, AlertFilter, AlertState, ClosedBy, Silence
from whence.domain.errors import NotFound
from whence.domain.event import Event, Handling, Severity
from whence.store import codec, signals
from whence.store.pool import Reader, Writer
from whence.store.where import Where

COLUMNS: Final[LiteralString] = """
    a.alert_id, a.key, a.opened_at, a.last_report_at, a.expires_at, a.closed_at, a.closed_by, a.report_count,
    a.severity, a.title, a.type, a.source, a.dialect, a.entity_id, a.event_id, a.event_at, a.acknowledged_at,
    a.acknowledged_by, a.comment, a.problem_id, a.handling, a.subjects, a.since, a.silenced_by, a.silenced_until
"""
# What is to be grouped is due by every clock: those of other nodes, and of the database, may be behind ours. It is
# still another time whenever it is set, by which a change is noticed that came while the alert was looked at.
AT_ONCE: Final[LiteralString] = "interval '100 years'"
# In the order of the keys, so that two writers wait for each other in one direction only.
_STANDING: Final[LiteralString] = f"""
    select {COLUMNS} from alert a where a.account_id = $1 and a.key = any($2::text[]) and a.closed_at is null
    order by a.key for update
"""
_OPEN_KEYS: Final = """
    select key from alert where account_id = $1 and key = any($2::text[]) and closed_at is null
    and (expires_at is null or expires_at > $3)
"""
_GET: Final[LiteralString] = f"select {COLUMNS} from alert a where a.account_id = $1 and a.alert_id = $2"
_LOCK: Final[LiteralString] = f"{_GET} for update"
_SOME: Final[LiteralString] = f"select {COLUMNS} from alert a where a.account_id = $1 and a.alert_id = any($2::uuid[])"
_LOCK_SOME: Final[LiteralString] = f"{_SOME} order by a.key for update"
_DUE: Final[LiteralString] = f"""
    select {COLUMNS} from alert a where a.account_id = $1 and a.closed_at is null and a.due_at <= $2
    order by a.due_at limit $3 for update skip locked
"""
_DUE_ACCOUNTS: Final = """
    select account_id from account where account_id > $2 and deleted_at is null and exists (
        select from alert where alert.account_id = account.account_id and closed_at is null and due_at <= $1
    ) order by account_id limit $3
"""
_REARM: Final = """
    update alert set due_at = expires_at where account_id = $1 and alert_id = any($2::uuid[])
"""
_INSERT: Final[LiteralString] = f"""
    insert into alert (
        account_id, alert_id, key, opened_at, last_report_at, expires_at, due_at, closed_at, closed_by, report_count,
        severity, title, type, source, dialect, entity_id, event_id, event_at, handling, comment, group_at
    )
    select $1, alert_id, key, opened_at, last_report_at, expires_at, expires_at, closed_at, closed_by, report_count,
        severity, title, type, source, dialect, entity_id, event_id, event_at, string_to_array(handling, ' '), '',
        last_report_at - {AT_ONCE}
    from unnest(
        $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::text[],
        $9::integer[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::uuid[],
        $17::timestamptz[], $18::text[]
    ) as new (
        alert_id, key, opened_at, last_report_at, expires_at, closed_at, closed_by, report_count, severity, title, type,
        source, dialect, entity_id, event_id, event_at, handling
    )
    order by key
    on conflict (account_id, key) where closed_at is null do nothing
    returning alert_id
"""
# The ticket of an alert is over with it, whoever ends it.
_END: Final[LiteralString] = f"""
    with over as (
        update alert set closed_at = new.closed_at, closed_by = new.closed_by, group_at = $5::timestamptz - {AT_ONCE}
        from unnest($2::uuid[], $3::timestamptz[], $4::text[]) as new (alert_id, closed_at, closed_by)
        where account_id = $1 and alert.alert_id = new.alert_id returning alert.alert_id
    )
    update ticket set resolved_at = $5, updated_at = $5 from over
    where account_id = $1 and ticket.alert_id = over.alert_id and resolved_at is null
"""
_END_EVENTS: Final = """
    update event set is_open = false, open_until = null, updated_at = $5,
        ended_at = nullif(greatest(new.closed_at, event.occurred_at), event.occurred_at)
    from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as new (event_id, event_at, closed_at)
    where account_id = $1 and event.event_id = new.event_id and event.occurred_at = new.event_at
    returning event.event_id, event.occurred_at, event.ended_at, event.scope
"""
_END_LINKS: Final = """
    update event_link set ended_at = new.ended_at
    from unnest($2::bigint[], $3::timestamptz[], $4::uuid[], $5::timestamptz[]) as new (
        key, occurred_at, event_id, ended_at
    )
    where account_id = $1 and event_link.key = new.key and event_link.occurred_at = new.occurred_at
    and event_link.event_id = new.event_id
"""
# One statement for both tables: a round trip costs as much as a dozen rows.
_HOLD: Final[LiteralString] = f"""
    with new as (
        select * from unnest(
            $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::integer[], $6::text[], $7::uuid[], $8::timestamptz[],
            $9::text[], $10::json[], $11::text[], $12::integer[]
        ) as new (
            alert_id, last_report_at, expires_at, report_count, severity, event_id, event_at, description, properties,
            search, reports
        )
    ), held as (
        update alert set last_report_at = new.last_report_at, expires_at = new.expires_at,
            due_at = least(alert.due_at, new.expires_at), report_count = new.report_count, severity = new.severity,
            group_at = case when alert.severity = new.severity then alert.group_at else $13::timestamptz - {AT_ONCE} end
        from new where account_id = $1 and alert.alert_id = new.alert_id
    )
    update event set description = new.description, properties = new.properties, search = new.search,
        severity = new.severity, updated_at = $13, report_count = event.report_count + new.reports,
        open_until = new.expires_at
    from new where account_id = $1 and event.event_id = new.event_id and event.occurred_at = new.event_at
"""
_ACKNOWLEDGE: Final = """
    with seen as (
        update alert set acknowledged_at = $3, acknowledged_by = $4, comment = $5
        where account_id = $1 and alert_id = $2 returning alert_id
    )
    update ticket set updated_at = $6 from seen where account_id = $1 and ticket.alert_id = seen.alert_id
"""
_COMMENT: Final = "update alert set comment = $3 where account_id = $1 and alert_id = $2"
# Nobody groups what a person closed with its problem, which says it anew all the same.
_FOLLOW: Final[LiteralString] = f"""
    with followed as (
        update alert set event_at = $3, opened_at = $3, severity = $4, title = $5, group_at = now() - {AT_ONCE},
            closed_at = case when closed_at is not null then $7::timestamptz end
        where account_id = $1 and alert_id = $2 and event_id = $6 returning problem_id
    )
    update problem set is_stale = true from followed
    where account_id = $1 and problem.problem_id = followed.problem_id and is_sealed
"""
# Locked first, as everybody locks what is removed: what refers to them goes before they do.
_OPENED: Final = """
    select alert_id from alert where account_id = $1 and event_id = any($2::uuid[]) and alert_id = any($3::uuid[])
    order by key for update
"""
_OLD: Final = """
    select alert_id from alert where account_id = $1 and alert_id in (
        select alert_id from alert where account_id = $1 and opened_at < $2 order by opened_at, alert_id limit $3
    ) order by key for update
"""
_REMOVE: Final = "delete from alert where account_id = $1 and alert_id = any($2::uuid[])"
# What is left of the problems that they were part of is looked at again; one that a person closed has so many less.
_BEREAVE: Final = """
    with gone as (
        select a.problem_id, count(*)::integer as alerts from alert a
        where a.account_id = $1 and a.alert_id = any($2::uuid[]) and a.problem_id is not null group by a.problem_id
    ), bereft as (
        select p.problem_id, gone.alerts from problem p join gone on gone.problem_id = p.problem_id
        where p.account_id = $1 and (p.is_sealed or not p.is_stale) order by p.problem_id for update of p
    )
    update problem set is_stale = true, alert_count = alert_count - case when is_sealed then alerts else 0 end
    from bereft where account_id = $1 and problem.problem_id = bereft.problem_id
"""
# What kept quiet what opened behind it may do so no more once it is gone or elsewhere: the like of it, and its key.
_QUIETED: Final[LiteralString] = f"""
    with gone as (
        select key, entity_id, type, opened_at from alert where account_id = $1 and alert_id = any($2::uuid[])
    ), quieted as (
        select a.alert_id from (select key, min(opened_at) as since from gone group by key) first
        join alert a on a.account_id = $1 and a.key = first.key and a.opened_at >= first.since
        where a.silenced_by = 'muted'
        union
        select a.alert_id from (
            select entity_id, type, min(opened_at) as since from gone where entity_id is not null group by 1, 2
        ) first
        join alert a on a.account_id = $1 and a.entity_id = first.entity_id and a.opened_at >= first.since
        where a.type = first.type and a.silenced_by = 'frequent'
    )
    update alert set group_at = now() - {AT_ONCE} where account_id = $1 and alert_id in (
        select alert_id from alert where account_id = $1 and alert_id in (select alert_id from quieted)
        and alert_id <> all($2::uuid[]) order by key for update
    )
"""
# An alert on an entity that was marked for termination shortly before it opened.
_MARKED: Final[LiteralString] = f"""
    update alert set group_at = $4::timestamptz - {AT_ONCE}
    from unnest($2::text[], $3::timestamptz[]) as mark (entity_id, at)
    where account_id = $1 and alert.entity_id = mark.entity_id
    and alert.opened_at >= mark.at and alert.opened_at <= mark.at + $5::interval
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an event's row says after further `reports`: `properties` as its column has them, `search` folded."""

    description: str
    properties: str | None
    search: str
    reports: int


async def standing(db: Writer, account: UUID, keys: Iterable[str]) -> list[Alert]:
    """The open alerts of the keys, which nobody else changes before the transaction ends."""
    return [alert(row) for row in await db.rows(_STANDING, account, sorted(set(keys)))]


async def open_keys(db: Reader, account: UUID, keys: Sequence[str], *, now: datetime) -> frozenset[str]:
    """Those of the keys that have an open alert."""
    return frozenset(row["key"] for row in await db.rows(_OPEN_KEYS, account, list(keys), now))


async def get(db: Reader, account: UUID, alert_id: UUID) -> Alert | None:
    """The alert, if the account has it."""
    row = await db.row(_GET, account, alert_id)
    return alert(row) if row else None


async def require_locked(db: Writer, account: UUID, alert_id: UUID) -> Alert:
    """The alert, which nobody else changes before the transaction ends.

    Raises:
        NotFound: the account has no such alert.
    """
    row = await db.row(_LOCK, account, alert_id)
    if row is None:
        raise NotFound("alert", alert_id)
    return alert(row)


async def locked(db: Writer, account: UUID, alert_ids: Sequence[UUID]) -> list[Alert]:
    """Those of the alerts that there are, which nobody else changes before the transaction ends."""
    return [alert(row) for row in await db.rows(_LOCK_SOME, account, list(alert_ids))]


async def some(db: Reader, account: UUID, alert_ids: Sequence[UUID]) -> dict[UUID, Alert]:
    """Those of the alerts that there are."""
    found = (alert(row) for row in await db.rows(_SOME, account, list(alert_ids)))
    return {alert.id: alert for alert in found}


async def page(
    db: Reader, account: UUID, asked: AlertFilter, *, now: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> list[Alert]:
    """At most `limit` alerts as they stand in the table, the last opened first, behind the (opened_at, id) `after`."""
    where = _where(account, asked, now)
    if after is not None:
        where.add("(a.opened_at, a.alert_id) < (?, ?)", *after)
    take = where.bind(limit)
    rows = await db.rows(
        f"""
        select {COLUMNS} from alert a where a.account_id = $1 and {where.text}
        order by a.opened_at desc, a.alert_id desc limit {take}
        """,
        *where.args,
    )
    return [alert(row) for row in rows]


async def accounts_with_due(db: Reader, *, now: datetime, after: UUID, limit: int) -> list[UUID]:
    """The accounts behind `after` that have alerts to look after."""
    return [row["account_id"] for row in await db.rows(_DUE_ACCOUNTS, now, after, limit)]


async def due(db: Writer, account: UUID, *, now: datetime, limit: int) -> list[Alert]:
    """Open alerts that may have expired by `now`, locked; those that another node has its hands on are left to it."""
    return [alert(row) for row in await db.rows(_DUE, account, now, limit)]


async def rearm(db: Writer, account: UUID, alert_ids: Sequence[UUID]) -> None:
    """Look at these again when they expire."""
    await db.execute(_REARM, account, list(alert_ids))


async def insert(db: Writer, account: UUID, alerts: Sequence[Alert]) -> bool:
    """The alerts stand; False, and the transaction is to be given up, when somebody else opened one of the keys."""
    rows = [
        (
            a.id, a.key, a.opened_at, a.last_report_at, a.expires_at, a.closed_at, a.closed_by, a.report_count,
            a.severity, a.title, a.type, a.source, a.dialect, a.entity_id, a.event_id, a.event_at,
            " ".join(sorted(a.handling)),
        )
        for a in alerts
    ]  # fmt: skip
    return len(await db.add(_INSERT, account, *_columns(rows))) == len(rows)


async def end(db: Writer, account: UUID, alerts: Sequence[Alert], *, at: datetime) -> None:
    """Alerts that stand, closed: their rows say so, and their events end with them."""
    rows = [(a.id, a.closed_at, a.closed_by) for a in alerts]
    await db.execute(_END, account, *_columns(rows), at)
    await end_events(db, account, alerts, at=at)


async def end_events(db: Writer, account: UUID, alerts: Sequence[Alert], *, at: datetime) -> None:
    """The events of closed alerts end when these did, on every timeline."""
    places = [(a.event_id, a.event_at, a.closed_at) for a in alerts]
    ended = await db.rows(_END_EVENTS, account, *_columns(places), at)
    links = [
        (link.key, row["occurred_at"], row["event_id"], row["ended_at"])
        for row in ended
        for link in codec.scope_value(row["scope"]).link_keys()
    ]
    if links:
        await db.execute(_END_LINKS, account, *_columns(links))


async def hold(db: Writer, account: UUID, held: Sequence[tuple[Alert, Words]], *, at: datetime) -> None:
    """Alerts that stand are as reports made them, and their events have the words of the latest one."""
    rows = [
        (
            a.id, a.last_report_at, a.expires_at, a.report_count, a.severity, a.event_id, a.event_at,
            words.description, words.properties, words.search, words.reports,
        )
        for a, words in held
    ]  # fmt: skip
    await db.execute(_HOLD, account, *_columns(rows), at)


async def acknowledge(db: Writer, account: UUID, alert: Alert, *, at: datetime) -> None:
    """The row says who has acknowledged it, when, and with what comment; its ticket changed then, too."""
    seen = alert.acknowledged_at, alert.acknowledged_by, alert.comment
    await db.execute(_ACKNOWLEDGE, account, alert.id, *seen, at)


async def comment(db: Writer, account: UUID, alert: Alert) -> None:
    """The row has the alert's comment."""
    await db.execute(_COMMENT, account, alert.id, alert.comment)


async def follow(db: Writer, account: UUID, event: Event) -> None:
    """The alert of an event that a person changed says the same as the event; one that is over ended when that did."""
    span = event.span
    said = span.start, event.severity.value, event.title, event.id, span.end
    if event.alert_id is not None:
        await db.execute(_QUIETED, account, [event.alert_id])
    await db.execute(_FOLLOW, account, event.alert_id, *said)


async def remove(db: Writer, account: UUID, event: Event) -> None:
    """The alert that the event opened is gone, and its ticket and signals with it."""
    await remove_each(db, account, [] if event.alert_id is None else [event.alert_id], [event.id])


async def remove_each(db: Writer, account: UUID, alert_ids: Sequence[UUID], event_ids: Sequence[UUID]) -> None:
    """Those of the alerts that one of the events opened are gone. As `remove`."""
    rows = await db.rows(_OPENED, account, list(event_ids), list(alert_ids))
    if rows:
        await db.execute(_QUIETED, account, [row["alert_id"] for row in rows])
    await _remove(db, account, rows)


async def forget(db: Writer, account: UUID, *, before: datetime, limit: int) -> bool:
    """Alerts that opened before are gone, as their events are; one that is still reported opens again.

    At most `limit` of them; False when there were none.
    """
    rows = await db.rows(_OLD, account, before, limit)
    await _remove(db, account, rows)
    return bool(rows)


async def _remove(db: Writer, account: UUID, rows: Sequence[asyncpg.Record]) -> None:
    alert_ids = [row["alert_id"] for row in rows]
    if alert_ids:
        await signals.remove_of_alerts(db, account, alert_ids)
        await db.execute(_BEREAVE, account, alert_ids)
        await db.execute(_REMOVE, account, alert_ids)


async def regroup_marked(
    db: Writer, account: UUID, marks: Sequence[tuple[str, datetime]], *, within: timedelta, at: datetime
) -> None:
    """The alerts that opened so shortly after the mark of their entity are looked at again."""
    await db.execute(_MARKED, account, *_columns(marks), at, within)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _where(account: UUID, asked: AlertFilter, now: datetime) -> Where:
    where = Where(account)
    columns: tuple[tuple[LiteralString, Sequence[str]], ...] = (
        ("a.entity_id = any(?::text[])", asked.entity_ids),
        ("a.severity = any(?::text[])", asked.severities),
        ("a.key = any(?::text[])", asked.keys),
        ("a.type = any(?::text[])", asked.types),
        ("a.source = any(?::text[])", asked.sources),
        ("a.dialect = any(?::text[])", asked.dialects),
    )
    for condition, values in columns:
        if values:
            where.add(condition, [str(value) for value in values])
    if asked.window is not None:
        where.add("a.opened_at <= ?", asked.window.end)
        where.add("(a.closed_at is null or a.closed_at >= ?)", asked.window.start)
        where.add("(a.closed_at is not null or a.expires_at is null or a.expires_at > ? or a.expires_at >= ?)", now,
                  asked.window.start)  # fmt: skip
    if asked.states:
        _state(where, asked.states, now)
    if asked.problems is not None:
        where.add("a.problem_id = any(?::uuid[])", list(asked.problems))
    return where


def _state(where: Where, states: Sequence[AlertState], now: datetime) -> None:
    """The state that a reader sees: what has expired is closed."""
    where.add(
        """
        case when a.closed_at is not null or a.expires_at <= ? then 'closed'
        when a.acknowledged_at is not null then 'acknowledged' else 'open' end = any(?::text[])
        """,
        now,
        [state.value for state in states],
    )


def alert(row: asyncpg.Record) -> Alert:
    """The alert of a row that has `COLUMNS`."""
    return Alert(
        id=row["alert_id"],
        key=row["key"],
        opened_at=row["opened_at"],
        last_report_at=row["last_report_at"],
        expires_at=row["expires_at"],
        closed_at=row["closed_at"],
        closed_by=None if row["closed_by"] is None else ClosedBy(row["closed_by"]),
        report_count=row["report_count"],
        severity=Severity(row["severity"]),
        title=row["title"],
        type=row["type"],
        source=row["source"],
        dialect=row["dialect"],
        entity_id=row["entity_id"],
        event_id=row["event_id"],
        event_at=row["event_at"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["acknowledged_by"],
        comment=row["comment"],
        handling=frozenset(map(Handling, row["handling"])),
        subjects=tuple(row["subjects"]),
        problem_id=row["problem_id"],
        since=row["since"],
        silenced_by=None if row["silenced_by"] is None else Silence(row["silenced_by"]),
        silenced_until=row["silenced_until"],
    )
