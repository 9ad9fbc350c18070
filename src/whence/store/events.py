"""Stored events: some of them in order, one by its id, and a changed or removed one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain import identity
from whence.domain.entity import Entity
from whence.domain.errors import NotFound, Reason, Unavailable
from whence.domain.event import Event, searchable
from whence.domain.filter import Filter
from whence.domain.page import Cursor, Order
from whence.domain.scope import keys_of
from whence.store import codec, counts
from whence.store.matching import Matching, Statement
from whence.store.pool import Reader, Writer
from whence.store.where import Where, attributes, link_keys

COLUMNS: Final[LiteralString] = """
    e.event_id, e.occurred_at, e.ended_at, e.received_at, e.updated_at, e.report_count, e.is_open, e.kind, e.severity,
    e.type, e.source, e.dialect, e.title, e.description, e.url, e.links, e.scope, e.clusters, e.namespaces, e.services,
    e.properties, e.sender_id, e.key, e.alert_id, e.open_until, e.call, case when e.alert_id is not null then (
        select a.problem_id from alert a where a.account_id = $1 and a.alert_id = e.alert_id
    ) end as problem_id
"""
_EVERY: Final[LiteralString] = f"select {COLUMNS}, e.original from event e where e.account_id = $1 and"
_GET: Final[LiteralString] = f"{_EVERY} e.event_id = $2"
_LOCK: Final[LiteralString] = f"{_GET} for update"
_STANDS: Final = "select from event where account_id = $1 and event_id = $2"
_FARTHEST: Final = 2**62  # further than any list goes, and a number that PostgreSQL can hold
_MOST_LOOKED_AT: Final = 1_000  # links under one key: a key of a busy account has millions
_MOST_UNDER_ONE_KEY: Final = 5  # more than one, as a link may be wider than its event's scope
_SOME: Final[LiteralString] = f"""
    select {COLUMNS} from unnest($2::uuid[], $3::timestamptz[]) with ordinality as asked (event_id, occurred_at, nth)
    join event e on e.account_id = $1 and e.occurred_at = asked.occurred_at and e.event_id = asked.event_id order by nth
"""
_ANYWHERE: Final[LiteralString] = (
    f"select {COLUMNS} from event e where e.account_id = $1 and e.event_id = any($2::uuid[])"
)
_REMOVE: Final = """
    delete from event where account_id = $1 and event_id = $2 and occurred_at = $3 returning open_until, number
"""
_NUMBERED: Final[LiteralString] = f"{_EVERY} e.number = $2"
_NUMBERED_THEN: Final[LiteralString] = f"{_EVERY} e.occurred_at >= $2 and e.occurred_at < $3"
_UNLINK: Final = """
    delete from event_link where account_id = $1 and key = any($2::bigint[]) and occurred_at = $3 and event_id = $4
"""
_FORGET_SENDER: Final = "delete from event_sender where account_id = $1 and source = $2 and sender_id = $3"
_FORGET_ONCE: Final = "delete from event_once where account_id = $1 and event_id = $2"
_HELD: Final = "select from event_once where account_id = $1 and event_id = any($2::uuid[]) limit 1"
_MOVE_PAIR: Final = "update event_pair set occurred_at = $3 where account_id = $1 and event_id = $2"
_LOCK_PAIR: Final = "select from event_pair where account_id = $1 and event_id = $2 order by digest for update"
_FORGET_PAIR: Final = "delete from event_pair where account_id = $1 and event_id = $2"
_INSERT: Final = """
    insert into event (
        account_id, event_id, occurred_at, ended_at, received_at, updated_at, report_count, is_open, kind, severity,
        type, source, dialect, title, description, url, links, scope, clusters, namespaces, services, properties,
        search, sender_id, key, original, alert_id, open_until, number, call
    ) values (
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26, $27, $28, $29, $30
    )
"""
_LINK: Final = """
    insert into event_link (account_id, key, occurred_at, event_id, ended_at, exact)
    select $1, key, $2, $3, $4, exact from unnest($5::bigint[], $6::boolean[]) as new (key, exact)
"""


def page_statement(
    account: UUID, asked: Filter, *, order: Order, cursor: Cursor | None, limit: int, original: bool
) -> Statement:
    """The statement behind `page`, for those who measure it or read its plan."""
    columns: LiteralString = f"{COLUMNS}, e.original" if original else COLUMNS
    return Matching(account, asked).newest(columns, order, cursor, limit)


async def page(
    db: Reader,
    account: UUID,
    asked: Filter,
    *,
    order: Order,
    cursor: Cursor | None,
    limit: int,
    original: bool = False,
) -> list[Event]:
    """At most `limit` events behind the cursor; with `original`, what was received as well."""
    statement = page_statement(account, asked, order=order, cursor=cursor, limit=limit, original=original)
    return [codec.event(row) for row in await db.rows(statement.sql, *statement.args)]


def window_statement(
    account: UUID, asked: Filter, *, skip: int, limit: int, original: bool = False, registered: bool = False
) -> Statement:
    """The statement behind `window`, for those who measure it or read its plan."""
    columns: LiteralString = f"{COLUMNS}, e.original" if original else COLUMNS
    return Matching(account, asked, registered=registered).window(columns, skip=min(skip, _FARTHEST), limit=limit)


async def window(
    db: Reader,
    account: UUID,
    asked: Filter,
    *,
    skip: int,
    limit: int,
    original: bool = False,
    registered: bool = False,
) -> tuple[list[Event], int]:
    """At most `limit` events behind the `skip` newest, those of one time by their ids; and how many there are.

    With `original`, what was received as well. With `registered`, only those whose scope names, before all else, the
    id of an entity that is there.
    """
    statement = window_statement(account, asked, skip=skip, limit=limit, original=original, registered=registered)
    rows = await db.rows(statement.sql, *statement.args)
    return [codec.event(row) for row in rows if row["event_id"] is not None], rows[0]["total"]


async def get(db: Reader, account: UUID, event_id: UUID) -> Event | None:
    """The event with its original, if the account has it."""
    row = await db.row(_GET, account, event_id)
    return codec.event(row) if row else None


async def numbered(db: Reader, account: UUID, number: int, *, start: datetime | None) -> list[Event]:
    """The events with this `identity.number`, their originals with them.

    Without `start` (whole milliseconds) only those are found whose report was `numbered`.
    """
    if start is None:
        return [codec.event(row) for row in await db.rows(_NUMBERED, account, number)]
    then = await db.rows(_NUMBERED_THEN, account, start, start + timedelta(milliseconds=1))
    return [codec.event(row) for row in then if identity.number(row["event_id"]) == number]


async def some(db: Reader, account: UUID, places: Sequence[tuple[UUID, datetime]]) -> list[Event]:
    """Those that still exist of the events with these ids and times, in the order asked; moved ones where they are."""
    if not places:
        return []
    ids = [event_id for event_id, _ in places]
    found = [codec.event(row) for row in await db.rows(_SOME, account, ids, [at for _, at in places])]
    if len(found) == len(places):
        return found
    known = {event.id: event for event in found}
    for row in await db.rows(_ANYWHERE, account, [event_id for event_id in ids if event_id not in known]):
        known[row["event_id"]] = codec.event(row)
    return [known[event_id] for event_id in ids if event_id in known]


async def anywhere(db: Reader, account: UUID, event_ids: Sequence[UUID]) -> list[Event]:
    """Those of the events that there are, whenever they were."""
    return [codec.event(row) for row in await db.rows(_ANYWHERE, account, list(event_ids))]


async def newest_of_each(db: Reader, account: UUID, entities: Sequence[Entity], asked: Filter) -> dict[str, Event]:
    """The newest event asked for that concerns each entity, by the entity's id; in one statement.

    Only what began inside the window counts, and of each scope key only the newest links are looked at: what
    is found is near the end of an entity's timeline or not at all. `asked.concerning` is not looked at.
    """
    where = Where(account)
    attributes(where, asked)
    keys = where.bind(link_keys(tuple(entities)))
    window = where.bind(asked.window.start), where.bind(asked.window.end)
    most = where.bind(_MOST_LOOKED_AT), where.bind(_MOST_UNDER_ONE_KEY)
    rows = await db.rows(
        f"""
        select wanted.key as under, {COLUMNS} from unnest({keys}::bigint[]) as wanted (key) cross join lateral (
            select e.* from (
                select l.occurred_at, l.event_id from event_link l
                where l.account_id = $1 and l.key = wanted.key
                and l.occurred_at >= {window[0]} and l.occurred_at <= {window[1]}
                order by l.occurred_at desc, l.event_id desc limit {most[0]}
            ) l join event e on e.account_id = $1 and e.occurred_at = l.occurred_at and e.event_id = l.event_id
            where {where.text} order by e.occurred_at desc, e.event_id desc limit {most[1]}
        ) e
        """,
        *where.args,
    )
    under: dict[int, list[Event]] = {}
    for row in rows:
        under.setdefault(row["under"], []).append(codec.event(row))
    newest: dict[str, Event] = {}
    for entity in entities:
        events = (event for key in keys_of(entity) for event in under.get(key, ()) if event.scope.matches(entity))
        if found := max(events, key=lambda event: (event.span.start, event.id), default=None):
            newest[entity.id] = found
    return newest


async def require_locked(db: Writer, account: UUID, event_id: UUID) -> Event:
    """The event, which nobody else changes before the transaction ends.

    Raises:
        NotFound: the account has no such event.
    """
    while await db.row(_STANDS, account, event_id) is not None:
        # Who changed it while we waited has put another row in its place: ours is gone, theirs is there to be locked.
        row = await db.row(_LOCK, account, event_id)
        if row is not None:
            return codec.event(row)
    raise NotFound("event", event_id)


async def lock_pair(db: Writer, account: UUID, event_id: UUID) -> None:
    """Nobody ends the span of the event before the transaction ends. Before the event is locked, as everybody does."""
    await db.rows(_LOCK_PAIR, account, event_id)


async def replace(db: Writer, account: UUID, old: Event, new: Event, *, slot: int) -> None:
    """Let `new` stand where `old`, locked, stood; both have one id. Links and counts follow."""
    gone = await _take_out(db, account, old)
    end = None if new.span.is_moment else new.span.end
    places = new.places
    await db.execute(
        _INSERT, account, new.id, new.span.start, end, new.received_at, new.updated_at, new.report_count,
        new.is_open, new.kind.value, new.severity.value, new.type, new.source,
        new.dialect, new.title, new.description, new.url, codec.links_text(new.links), codec.scope_text(new.scope),
        places.clusters or None, places.namespaces or None, places.services or None,
        codec.object_text(new.properties), searchable(new), new.sender_id, new.key, new.original, new.alert_id,
        gone["open_until"] if gone and new.is_open else None, gone["number"] if gone else None,
        new.call,
    )  # fmt: skip
    links = new.scope.link_keys()
    keys, exact = [link.key for link in links], [link.exact for link in links]
    await db.execute(_LINK, account, new.span.start, new.id, end, keys, exact)
    if new.span.start != old.span.start:
        await db.execute(_MOVE_PAIR, account, new.id, new.span.start)
    tally = counts.Counts()
    tally.add(old, old.places, times=-1)
    tally.add(new, places)
    await counts.add(db, account, tally, slot=slot)


async def forget(db: Writer, account: UUID, event: Event) -> None:
    """The event, which is about to be removed, may be sent again. Before it is locked: see `store.append.append`."""
    await db.execute(_FORGET_ONCE, account, event.id)
    if event.sender_id is not None:
        await db.execute(_FORGET_SENDER, account, event.source, event.sender_id)
    await db.execute(_FORGET_PAIR, account, event.id)


async def require_forgotten(db: Writer, account: UUID, event_ids: Sequence[UUID]) -> None:
    """Return when no idempotency key stands for one of the events, which are forgotten, and locked with their alerts.

    Raises:
        Unavailable: with `lost_race`: what held one of them open came first; after another attempt all is well.
    """
    if await db.row(_HELD, account, list(event_ids)) is not None:
        raise Unavailable("Service unavailable", because=Reason.RACE, retry_after=1)


async def remove(db: Writer, account: UUID, event: Event, *, slot: int) -> None:
    """The event, forgotten and locked, is gone."""
    await _take_out(db, account, event)
    tally = counts.Counts()
    tally.add(event, event.places, times=-1)
    await counts.add(db, account, tally, slot=slot)


async def _take_out(db: Writer, account: UUID, event: Event) -> asyncpg.Record | None:
    """Take the event out; what its row said beyond what an Event says."""
    start = event.span.start
    row = await db.row(_REMOVE, account, event.id, start)
    await db.execute(_UNLINK, account, [link.key for link in event.scope.link_keys()], start, event.id)
    return row
