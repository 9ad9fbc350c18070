"""What the grouping of alerts reads and writes: those that nobody has looked at, all that can belong to them, problems.

What can belong to an alert began within an hour and a half of it, as that is how old a problem may be that takes one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.correlate.problems import Condition, Said, Standing
from whence.domain.alert import Alert, Silence
from whence.domain.event import Handling, Span
from whence.domain.scope import Scope, entity_key
from whence.store import alerts, codec, headlines
from whence.store.pool import Reader, Writer

MOST_RELATIONS: Final = 100_000
_MOST_EPISODES: Final = 100_000
_MOST_MARKS: Final = 10_000
_MOST_LATER: Final = 10_000

# By indexes that hold what waits and nothing else: to ask account by account would take longer the more there are.
_WAITING: Final = """
    select account_id from (
        select account_id from alert where account_id > $2 and group_at is not null and group_at <= $1
        union select account_id from problem where account_id > $2 and is_stale
    ) waiting join account using (account_id) where deleted_at is null order by account_id limit $3
"""
_BEGIN: Final = "insert into problem_head (account_id, number) values ($1, 0) on conflict do nothing"
_TRY_TURN: Final = "select number from problem_head where account_id = $1 for update skip locked"
_COUNT_ON: Final = "update problem_head set number = $2 where account_id = $1"
# An alert that is about no entity by its id has the scope of its event; once it is known whom that means, it stays.
_DUE: Final[LiteralString] = f"""
    select {alerts.COLUMNS}, a.group_at, coalesce(p.is_sealed, false) as is_sealed,
        case when a.entity_id is null then (
            select e.scope from event e
            where e.account_id = $1 and e.occurred_at = a.event_at and e.event_id = a.event_id
        ) end as scope
    from alert a left join problem p on p.account_id = $1 and p.problem_id = a.problem_id
    where a.account_id = $1
"""
_NOW_DUE: Final[LiteralString] = f"{_DUE} and a.group_at <= $2 order by a.group_at, a.alert_id limit $3"
# What has ended changes how usual the later ones are that were there before it was known.
_LATER: Final[LiteralString] = f"""
    {_DUE} and a.alert_id in (
        select later.alert_id
        from unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) as old (
            entity_id, type, opened_at, closed_at
        )
        join alert later on later.account_id = $1 and later.entity_id = old.entity_id and later.type = old.type
        and later.opened_at > old.opened_at and later.opened_at >= old.closed_at
        and later.opened_at <= old.closed_at + $6::interval
    ) order by a.opened_at limit $7
"""
_BEFORE: Final[LiteralString] = f"""
    select {alerts.COLUMNS}, asked.alert_id as of_alert
    from unnest($2::uuid[], $3::text[], $4::timestamptz[]) as asked (alert_id, key, opened_at)
    cross join lateral (
        select * from alert a where a.account_id = $1 and a.key = asked.key
        and (a.opened_at, a.alert_id) < (asked.opened_at, asked.alert_id)
        order by a.opened_at desc, a.alert_id desc limit 1
    ) a where a.closed_by = 'problem'
"""
_MARKS: Final = """
    select l.key, l.occurred_at from event_link l
    join event e on e.account_id = $1 and e.occurred_at = l.occurred_at and e.event_id = l.event_id
    where l.account_id = $1 and l.key = any($2::bigint[]) and l.occurred_at >= $3 and l.occurred_at <= $4
    and e.type = any($5::text[]) limit $6
"""
_EPISODES: Final = """
    select a.entity_id, a.type, a.opened_at, a.closed_at
    from (select distinct * from unnest($2::text[], $3::text[]) as asked (entity_id, type)) asked
    join alert a on a.account_id = $1 and a.entity_id = asked.entity_id and a.type = asked.type
    where a.account_id = $1 and a.opened_at >= $4 and a.opened_at < $5 and a.closed_at is not null
    order by a.opened_at desc limit $6
"""
_OF_PROBLEMS: Final = """
    select alert_id, key, since, closed_at, subjects, handling, problem_id from alert
    where account_id = $1 and problem_id = any($2::uuid[]) and since is not null
"""
# Joins, so that the subjects and the known problems are looked up and not gone through for each of the alerts.
_BETWEEN: Final = """
    select distinct a.problem_id from alert a
    cross join unnest(a.subjects) as about (subject)
    join unnest($4::text[]) as reached (subject) on reached.subject = about.subject
    where a.account_id = $1 and a.since >= $2 and a.since <= $3 and a.problem_id is not null
    and not exists (select from unnest($5::uuid[]) as known (problem_id) where known.problem_id = a.problem_id)
"""
_OF_KEYS: Final = """
    select distinct problem_id from alert
    where account_id = $1 and key = any($2::text[]) and since >= $3 and since <= $4 and problem_id is not null
"""
_SAID: Final = """
    select a.since, a.key, a.alert_id, a.problem_id from alert a
    join problem p on p.account_id = $1 and p.problem_id = a.problem_id and not p.is_sealed
    where a.account_id = $1 and a.key = any($2::text[]) and a.since >= $3 and a.since < $4
    and not exists (select from unnest($5::uuid[]) as known (problem_id) where known.problem_id = a.problem_id)
    order by a.since desc, a.key, a.alert_id limit $6
"""
_PLACES: Final = """
    select a.problem_id, about.subject, max(a.since) as since from alert a
    cross join unnest(a.subjects) as about (subject)
    join unnest($4::text[]) as reached (subject) on reached.subject = about.subject
    where a.account_id = $1 and a.problem_id = any($2::uuid[]) and a.since >= $3 and not a.handling @> $5::text[]
    group by a.problem_id, about.subject
"""
_STEP: Final = """
    select source, target from relation where account_id = $1 and source = any($2::text[])
    union select source, target from relation where account_id = $1 and target = any($2::text[])
    limit $3
"""
_ABOVE: Final = """
    select source, target from relation
    where account_id = $1 and source = any($2::text[]) and kind in ('runs_on', 'part_of')
"""
_STALE: Final = "select problem_id from problem where account_id = $1 and is_stale and not is_sealed limit $2"
_LOCK_LEFT: Final = """
    select problem_id from problem where account_id = $1 and is_stale and is_sealed
    order by problem_id limit $2 for update
"""
_STANDING: Final = """
    select p.problem_id, p.number, all_of.alerts, all_of.last, all_of.until, f.since, f.key, f.alert_id, f.handling
    from problem p
    cross join lateral (
        select count(*) as alerts, max(since) as last,
            case when bool_and(closed_at is not null) then max(closed_at) end as until
        from alert a where a.account_id = $1 and a.problem_id = p.problem_id and since is not null
    ) all_of
    left join lateral (
        select since, key, alert_id, handling from alert a
        where a.account_id = $1 and a.problem_id = p.problem_id and since is not null
        order by since, key, alert_id limit 1
    ) f on true
    where p.account_id = $1 and p.problem_id = any($2::uuid[]) and not p.is_sealed and p.merged_into is null
"""
_LOCK: Final = """
    select from alert where account_id = $1 and alert_id in (
        select unnest($2::uuid[])
        union select alert_id from alert where account_id = $1 and problem_id = any($3::uuid[])
    ) order by key for update
"""
# What changed after it was read is looked at again.
_SETTLE: Final = """
    update alert set problem_id = new.problem_id, since = new.since, subjects = string_to_array(new.subjects, ' '),
        silenced_by = new.silenced_by, silenced_until = new.silenced_until,
        group_at = case when alert.group_at is not distinct from new.was_at then new.group_at else alert.group_at end
    from unnest(
        $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
        $9::timestamptz[]
    ) as new (alert_id, problem_id, since, subjects, silenced_by, silenced_until, was_at, group_at)
    where account_id = $1 and alert.alert_id = new.alert_id
"""
_MOVE: Final = """
    update alert set problem_id = new.problem_id from unnest($2::uuid[], $3::uuid[]) as new (alert_id, problem_id)
    where account_id = $1 and alert.alert_id = new.alert_id
"""
_MOVE_WHOLE: Final = """
    update alert set problem_id = new.problem_id from unnest($2::uuid[], $3::uuid[]) as new (was, problem_id)
    where account_id = $1 and alert.problem_id = new.was
"""
_MERGE: Final = """
    update problem set merged_into = new.into_id, closed_at = coalesce(closed_at, $4), updated_at = $4,
        is_stale = false, explain_at = null
    from unnest($2::uuid[], $3::uuid[]) as new (problem_id, into_id)
    where account_id = $1 and problem.problem_id = new.problem_id
"""
_EMPTY: Final = """
    update problem set alert_count = 0, closed_at = coalesce(closed_at, $3), updated_at = $3, is_stale = false,
        explain_at = null, causes = null, is_likely = false
    where account_id = $1 and problem_id = any($2::uuid[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An alert that is to be looked at. `group_at`: as it was read. `is_sealed`: its problem takes no change."""

    alert: Alert
    scope: Scope | None
    group_at: datetime | None
    is_sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was found of an alert that was due. `group_at`: when to look again; None: not before it changes."""

    due: Due
    subjects: tuple[str, ...]
    since: datetime | None
    silenced_by: Silence | None
    silenced_until: datetime | None
    group_at: datetime | None
    problem_id: UUID | None = None

    @property
    def is_shifted(self) -> bool:
        """Whether it counts since another time than was known, or is about something else."""
        return (self.since, self.subjects) != (self.due.alert.since, self.due.alert.subjects)


async def accounts_waiting(db: Reader, *, now: datetime, after: UUID, limit: int) -> list[UUID]:
    """The accounts behind `after` in which something is to be looked at."""
    return [row["account_id"] for row in await db.rows(_WAITING, now, after, limit)]


async def try_turn(db: Writer, account: UUID) -> int | None:
    """The last number given to a problem, and nobody else groups until the transaction ends; None: somebody does."""
    await db.execute(_BEGIN, account)
    row = await db.row(_TRY_TURN, account)
    return None if row is None else row["number"]


async def due(db: Reader, account: UUID, *, now: datetime, limit: int) -> list[Due]:
    """Alerts to look at, those that wait longest first."""
    return [_due(row) for row in await db.rows(_NOW_DUE, account, now, limit)]


async def later(db: Reader, account: UUID, ended: Sequence[Alert], *, within: timedelta) -> list[Due]:
    """The alerts on the same entities, of the same types, that opened within that time of the end of one of these."""
    known = [alert for alert in ended if alert.entity_id is not None and alert.closed_at is not None]
    if not known:
        return []
    rows = await db.rows(
        _LATER,
        account,
        [alert.entity_id for alert in known],
        [alert.type for alert in known],
        [alert.opened_at for alert in known],
        [alert.closed_at for alert in known],
        within,
        _MOST_LATER,
    )
    return [_due(row) for row in rows]


async def closed_before(db: Reader, account: UUID, opened: Sequence[Alert]) -> dict[UUID, Alert]:
    """Of each alert the one before it of the same key, if that was closed with its problem."""
    asked = [alert.id for alert in opened], [alert.key for alert in opened], [alert.opened_at for alert in opened]
    return {row["of_alert"]: alerts.alert(row) for row in await db.rows(_BEFORE, account, *asked)}


async def marks(
    db: Reader, account: UUID, entity_ids: Iterable[str], types: Iterable[str], *, window: Span
) -> dict[str, list[datetime]]:
    """When an event of one of the types said something of each entity, by the entity's id."""
    by_key = {entity_key(entity_id): entity_id for entity_id in entity_ids}
    if not by_key:
        return {}
    found: dict[str, list[datetime]] = {}
    args = list(by_key), window.start, window.end, sorted(types), _MOST_MARKS
    for row in await db.rows(_MARKS, account, *args):
        found.setdefault(by_key[row["key"]], []).append(row["occurred_at"])
    return found


async def episodes(
    db: Reader, account: UUID, kinds: Iterable[tuple[str, str]], *, window: Span
) -> dict[tuple[str, str], list[Span]]:
    """The lives of alerts that opened in the window and have ended, by entity and type."""
    asked = sorted(set(kinds))
    found: dict[tuple[str, str], list[Span]] = {}
    if asked:
        args = [one for one, _ in asked], [kind for _, kind in asked], window.start, window.end, _MOST_EPISODES
        for row in await db.rows(_EPISODES, account, *args):
            life = Span(start=row["opened_at"], end=row["closed_at"])
            found.setdefault((row["entity_id"], row["type"]), []).append(life)
    return found


async def of_problems(db: Reader, account: UUID, problem_ids: Collection[UUID]) -> list[Condition]:
    """All alerts of the problems that count."""
    if not problem_ids:
        return []
    return [_condition(row) for row in await db.rows(_OF_PROBLEMS, account, list(problem_ids))]


async def between(db: Reader, account: UUID, span: Span, subjects: Iterable[str], *, but: Iterable[UUID]) -> set[UUID]:
    """The problems of alerts that count since a time in the span and are about one of the subjects, without `but`."""
    args = span.start, span.end, list(subjects), list(but)
    return {row["problem_id"] for row in await db.rows(_BETWEEN, account, *args)}


async def of_keys(db: Reader, account: UUID, keys: Iterable[str], span: Span) -> set[UUID]:
    """The problems of the alerts of the keys that count since a time in the span."""
    return {row["problem_id"] for row in await db.rows(_OF_KEYS, account, list(keys), span.start, span.end)}


async def said(
    db: Reader, account: UUID, keys: Iterable[str], span: Span, *, but: Iterable[UUID], limit: int
) -> list[Said]:
    """The alerts of the keys that count since a time in the span, without its end; the last so many of them.

    Not those of the problems of `but`, nor of problems that take no change.
    """
    rows = await db.rows(_SAID, account, list(keys), span.start, span.end, list(but), limit)
    return [Said(age=(row["since"], row["key"], row["alert_id"]), problem_id=row["problem_id"]) for row in rows]


async def places(
    db: Reader, account: UUID, problem_ids: Collection[UUID], subjects: Iterable[str], *, since: datetime
) -> dict[tuple[UUID, str], datetime]:
    """Since when the last alert of each of the problems was about each of the subjects, if it was since then.

    Alerts that are a problem of their own are nowhere.
    """
    if not problem_ids:
        return {}
    args = list(problem_ids), since, list(subjects), [Handling.ALONE.value]
    return {(row["problem_id"], row["subject"]): row["since"] for row in await db.rows(_PLACES, account, *args)}


async def pairs_around(db: Reader, account: UUID, ids: Iterable[str], *, steps: int) -> set[tuple[str, str]]:
    """The ends of all relations within so many steps of the entities; no step is taken that leads to too many."""
    found: set[tuple[str, str]] = set()
    seen: set[str] = set()
    border = set(ids)
    for _ in range(steps):
        rows = await db.rows(_STEP, account, list(border), MOST_RELATIONS + 1)
        if not rows or len(found) + len(rows) > MOST_RELATIONS:
            break
        found.update((row["source"], row["target"]) for row in rows)
        seen |= border
        border = {end for row in rows for end in (row["source"], row["target"])} - seen
    return found


async def above(db: Reader, account: UUID, ids: Iterable[str]) -> dict[str, list[str]]:
    """What each of the entities runs on or is part of."""
    found: dict[str, list[str]] = {}
    for row in await db.rows(_ABOVE, account, list(ids)):
        found.setdefault(row["source"], []).append(row["target"])
    return found


async def stale(db: Reader, account: UUID, *, limit: int) -> list[UUID]:
    """Problems of which alerts were removed, and which what is left of them changes."""
    return [row["problem_id"] for row in await db.rows(_STALE, account, limit)]


async def left(db: Writer, account: UUID, *, at: datetime, limit: int) -> list[UUID]:
    """Problems of which alerts were removed or changed, and that take no other change, as a person closed them.

    They say what their alerts do, and their causes are looked for in that.
    """
    locked = [row["problem_id"] for row in await db.rows(_LOCK_LEFT, account, limit)]
    await headlines.say(db, account, locked, at=at)
    return locked


async def standing(db: Reader, account: UUID, problem_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Those of the problems that take changes, as their alerts have them by now."""
    if not problem_ids:
        return {}
    return {row["problem_id"]: _standing(row) for row in await db.rows(_STANDING, account, list(problem_ids))}


async def lock(db: Writer, account: UUID, alert_ids: Iterable[UUID], problem_ids: Iterable[UUID]) -> None:
    """Nobody else changes the alerts, nor those of the problems, before the transaction ends."""
    await db.rows(_LOCK, account, list(alert_ids), list(problem_ids))


async def settle(db: Writer, account: UUID, settled: Sequence[Settled]) -> None:
    """The alerts say what was found of them."""
    rows = [
        (
            one.due.alert.id, one.problem_id, one.since, " ".join(one.subjects),
            None if one.silenced_by is None else one.silenced_by.value, one.silenced_until, one.due.group_at,
            one.group_at,
        )
        for one in settled
    ]  # fmt: skip
    if rows:
        await db.execute(_SETTLE, account, *(list(column) for column in zip(*rows, strict=True)))


async def move(db: Writer, account: UUID, problem_of: Mapping[UUID, UUID]) -> None:
    """The alerts, which need no look, are of these problems."""
    if problem_of:
        await db.execute(_MOVE, account, list(problem_of), list(problem_of.values()))


async def move_whole(db: Writer, account: UUID, into: Mapping[UUID, UUID]) -> None:
    """All alerts of these problems are of those now."""
    if into:
        await db.execute(_MOVE_WHOLE, account, list(into), list(into.values()))


async def merge(db: Writer, account: UUID, into: Mapping[UUID, UUID], *, at: datetime) -> None:
    """These problems turned out to be part of those."""
    if into:
        await db.execute(_MERGE, account, list(into), list(into.values()), at)


async def empty(db: Writer, account: UUID, problem_ids: Sequence[UUID], *, at: datetime) -> None:
    """Nothing is left of the problems."""
    if problem_ids:
        await db.execute(_EMPTY, account, list(problem_ids), at)


async def count_on(db: Writer, account: UUID, number: int) -> None:
    """This is the last number given."""
    await db.execute(_COUNT_ON, account, number)


def _due(row: asyncpg.Record) -> Due:
    return Due(
        alert=alerts.alert(row),
        scope=codec.scope_value(row["scope"]) if row["entity_id"] is None else None,
        group_at=row["group_at"],
        is_sealed=row["is_sealed"],
    )


def _condition(row: asyncpg.Record) -> Condition:
    return Condition(
        id=row["alert_id"],
        key=row["key"],
        since=row["since"],
        until=row["closed_at"],
        subjects=tuple(row["subjects"]),
        alone=Handling.ALONE.value in row["handling"],
        problem_id=row["problem_id"],
    )


def _standing(row: asyncpg.Record) -> Standing:
    problem_id, number = row["problem_id"], row["number"]
    if not row["alerts"]:
        return Standing(id=problem_id, number=number)
    return Standing(
        id=problem_id,
        number=number,
        alerts=row["alerts"],
        first=(row["since"], row["key"], row["alert_id"]),
        last=row["last"],
        until=row["until"],
        alone=Handling.ALONE.value in row["handling"],
    )
