"""What a ranking of causes is made from, gathered in one moment: alerts, changes, the graph, names, and the past.

All of it is bounded. Of alerts, changes and notes the newest are taken, those first that were there when the last of
the alerts came; of a graph that is too large, what is near.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.correlate.causes import Background, Change, Evidence, Graph, Symptom
from whence.domain.event import Kind, Severity, Span
from whence.domain.scope import ALL_SERVICES
from whence.store import codec, graph, subjects, within
from whence.store.graph import Graphs
from whence.store.pool import Reader

MOST_ALERTS: Final = 1_000
MOST_CHANGES: Final = 1_000
MOST_NOTES: Final = 1_000
MOST_NAMES: Final = 10_000
MOST_PAST: Final = 20_000  # alerts from which is learned how often they come
NOTED: Final = timedelta(hours=6)  # before the window: what was committed then may be rolled out in it
LATER: Final = timedelta(minutes=10)  # after the last alert nothing is done any more that could be suspected for it
PAST: Final = timedelta(days=14)
STANDING: Final = timedelta(hours=6)  # most of a shift: an alert that has been open for less may be of this incident
OLDEST_OPEN: Final = timedelta(days=7)  # an alert that nobody closed for longer tells of no incident
_SHORTEST_PAST: Final = timedelta(hours=1)  # of less, no rate is learned
_INSTANT: Final = timedelta(microseconds=1)  # the shortest stretch that PostgreSQL knows
_NEAR: Final = 2  # steps from what is at stake within which everything has its name

# An alert that is about no entity by its id has the scope of its event.
_ALERT: Final[LiteralString] = """
    select a.event_id, a.opened_at, a.key, a.type, a.severity, a.title, a.entity_id,
        case when a.entity_id is null then (
            select e.scope from event e
            where e.account_id = $1 and e.occurred_at = a.event_at and e.event_id = a.event_id
        ) end as scope
    from alert a
    where a.account_id = $1 and 'no_cause' <> all (a.handling) and a.silenced_by is distinct from 'planned'
"""
_OF_PROBLEM: Final[LiteralString] = f"""
    {_ALERT} and a.problem_id = $2 and a.opened_at <= $3 order by a.opened_at desc, a.alert_id desc limit $4
"""
_OPENED: Final[LiteralString] = f"""
    {_ALERT} and a.opened_at >= $2 and a.opened_at <= $3 order by a.opened_at desc, a.alert_id desc limit $4
"""
_STILL_OPEN: Final[LiteralString] = f"""
    {_ALERT} and a.opened_at >= $2 and a.opened_at < $3 and (a.closed_at is null or a.closed_at > $4)
    and (a.closed_at is not null or a.expires_at is null or a.expires_at > $4)
    order by a.opened_at desc, a.alert_id desc limit $5
"""
# Properties that are large, compressed or as text, are a dump and no identifier: they are not read.
_SAID: Final = """
    select e.event_id, e.occurred_at, e.type, e.title, e.scope,
        case when pg_column_size(e.properties) <= 4096 and octet_length(e.properties::text) <= 16384
        then e.properties end as properties
    from event e
    where e.account_id = $1 and e.kind = $2 and e.occurred_at >= $3 and e.occurred_at <= $4
    order by e.occurred_at desc, e.event_id desc limit $5
"""
# A condition that is about no entity by its id is known again by its key.
_PAST: Final = """
    select entity_id, key, type, count(*) as alerts, min(min(opened_at)) over () as since from (
        select entity_id, case when entity_id is null then key end as key, type, opened_at from alert
        where account_id = $1 and opened_at >= $2 and opened_at < $3 order by opened_at desc, alert_id desc limit $4
    ) past group by 1, 2, 3
"""
_NAMES_OF: Final = "select entity_id, name from entity where account_id = $1 and entity_id = any($2::text[])"
_NAMES: Final = "select entity_id, name from entity where account_id = $1 order by entity_id limit $2"


async def gather(
    db: Reader, graphs: Graphs, account: UUID, *, at: datetime, lookback: timedelta, about: str | None
) -> Evidence:
    """What is known of the alerts that opened in the `lookback` before `at`, and of what was done before them.

    An incident may be older than that: alerts that are open at `at` count as well, if they opened no more than
    `STANDING` ago. What was done counts from `lookback` before the first of the alerts.

    Where there is none (with `about`: none on that entity) while one is open that opened still earlier, though no more
    than `OLDEST_OPEN` ago, the evidence is about the time around that one, the latest such: `lookback` before and after
    it opened. Where there are more than `MOST_ALERTS` it reaches back only to the oldest of those that are taken.

    Args:
        about: the id of the entity that the question is about.
    """
    window = Span(start=at - lookback, end=at)
    rows = await db.rows(_OPENED, account, window.start, at, MOST_ALERTS)
    rows += await db.rows(_STILL_OPEN, account, at - STANDING, window.start, at, MOST_ALERTS)
    alerts = await _alerts(db, account, rows[:MOST_ALERTS])
    if not any(about in (None, alert.symptom.entity) for alert in alerts):
        older = await db.rows(_STILL_OPEN, account, at - OLDEST_OPEN, window.start, at, MOST_ALERTS)
        opened = [one.symptom for one in await _alerts(db, account, older)]
        if latest := max((one.at for one in opened if about in (None, one.entity)), default=None):
            window = Span(start=latest - lookback, end=min(latest + lookback, at))
            alerts = await _alerts(db, account, await db.rows(_OPENED, account, window.start, window.end, MOST_ALERTS))
    if alerts:
        first = min(alert.symptom.at for alert in alerts)
        is_cut = len({alert.symptom.id for alert in alerts}) == MOST_ALERTS
        window = Span(start=first if is_cut else min(window.start, first - lookback), end=window.end)
    return await _evidence(db, graphs, account, window, alerts, frozenset() if about is None else frozenset({about}))


async def of_problem(
    db: Reader, graphs: Graphs, account: UUID, problem_id: UUID, *, at: datetime, lookback: timedelta
) -> Evidence:
    """What is known at `at` of the alerts of a problem, the newest `MOST_ALERTS`, and what was done by then.

    What was done counts from `lookback` before the first of the alerts.
    """
    alerts = await _alerts(db, account, await db.rows(_OF_PROBLEM, account, problem_id, at, MOST_ALERTS))
    first = min((alert.symptom.at for alert in alerts), default=at)
    return await _evidence(db, graphs, account, Span(start=first - lookback, end=at), alerts, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alert:
    """An alert on one entity or on none that is known, and what it is known by."""

    symptom: Symptom
    key: str


async def _evidence(
    db: Reader, graphs: Graphs, account: UUID, window: Span, alerts: Sequence[_Alert], anchors: frozenset[str]
) -> Evidence:
    lookback = window.end - window.start
    if not alerts:
        return Evidence(at=window.end, lookback=lookback, anchors=anchors)
    last = max(alert.symptom.at for alert in alerts) + LATER
    changes = await _changes(db, account, window, last)
    noted = Span(start=window.start - NOTED, end=window.end)
    notes = await _said(db, account, Kind.INFO, noted, last, MOST_NOTES)
    at_stake = {one.symptom.entity for one in alerts if one.symptom.entity is not None} | anchors
    at_stake.update(entity for change in changes for entity in change.entities)
    relations = await graphs.around(db, account, sorted(at_stake))
    names = await _names(db, account, relations, at_stake)
    past = await db.rows(_PAST, account, window.start - PAST, window.start, MOST_PAST)
    return Evidence(
        at=window.end,
        lookback=lookback,
        anchors=anchors,
        alerts=[_if_there(one.symptom, names) for one in alerts],
        changes=[replace(change, entities=tuple(e for e in change.entities if e in names)) for change in changes],
        notes=[_change(row) for row in notes],
        relations=relations,
        names=names,
        background=_background(past, alerts, before=window.start),
    )


async def _alerts(db: Reader, account: UUID, rows: Sequence[asyncpg.Record]) -> list[_Alert]:
    """An alert for each entity that one of the rows is about; one on none when it is about many, or nobody knows."""
    scopes = [codec.scope_value(row["scope"]) for row in rows if row["entity_id"] is None]
    found = await subjects.of(db, account, scopes)
    return [
        _Alert(symptom=_symptom(row, entity), key=row["key"])
        for row in rows
        for entity in ((row["entity_id"],) if row["entity_id"] else found[codec.scope_value(row["scope"])]) or (None,)
    ]


async def _said(db: Reader, account: UUID, kind: Kind, window: Span, last: datetime, most: int) -> list[asyncpg.Record]:
    """The newest events of the kind until `last`; as many of those after it as there is room for.

    What is done while a problem goes on for days would leave none for what it began with.
    """
    rows = await db.rows(_SAID, account, kind.value, window.start, min(last, window.end), most)
    if last < window.end:
        rows += await db.rows(_SAID, account, kind.value, last + _INSTANT, window.end, most - len(rows))
    return rows


async def _changes(db: Reader, account: UUID, window: Span, last: datetime) -> list[Change]:
    rows = await _said(db, account, Kind.CHANGE, window, last, MOST_CHANGES)
    scopes = [codec.scope_value(row["scope"]) for row in rows]
    found = await subjects.of(db, account, scopes)
    wide = {scope for scope in scopes if not found[scope] and scope != ALL_SERVICES}
    reach = await within.of(db, account, wide) | {scope: frozenset(found[scope]) for scope in found if found[scope]}
    return [_change(row, found[scope], reach.get(scope)) for row, scope in zip(rows, scopes, strict=True)]


async def _names(db: Reader, account: UUID, relations: Graph, at_stake: Iterable[str]) -> dict[str, str]:
    """The names of all entities; where there are too many, of those near and of others: a text may speak of them."""
    rows = await db.rows(_NAMES, account, MOST_NAMES + 1)
    if len(rows) > MOST_NAMES:
        ids = sorted(graph.near(relations, at_stake, steps=_NEAR, limit=MOST_NAMES))
        rows = [*await db.rows(_NAMES_OF, account, ids), *rows[: max(MOST_NAMES - len(ids), 0)]]
    return {row["entity_id"]: row["name"] for row in rows}


def _background(past: Sequence[asyncpg.Record], alerts: Iterable[_Alert], *, before: datetime) -> Background:
    """How often alerts came, an hour of the time that is known."""
    if not past:
        return Background()
    hours = max(before - past[0]["since"], _SHORTEST_PAST) / timedelta(hours=1)
    entities: dict[str, set[str]] = {}
    for alert in alerts:
        if alert.symptom.entity is not None:
            entities.setdefault(alert.key, set()).add(alert.symptom.entity)
    rates: dict[tuple[str, str], float] = {}
    by_type: dict[str, list[int]] = {}
    for row in past:
        by_type.setdefault(row["type"], []).append(row["alerts"])
        for entity in (row["entity_id"],) if row["entity_id"] else entities.get(row["key"], ()):
            rates[entity, row["type"]] = rates.get((entity, row["type"]), 0.0) + row["alerts"] / hours
    type_rates = {kind: sum(counts) / hours / len(counts) for kind, counts in by_type.items()}
    return Background(rates=rates, type_rates=type_rates)


def _symptom(row: asyncpg.Record, entity: str | None) -> Symptom:
    return Symptom(
        id=row["event_id"],
        at=row["opened_at"],
        entity=entity,
        type=row["type"],
        severity=Severity(row["severity"]),
        title=row["title"],
    )


def _change(row: asyncpg.Record, entities: tuple[str, ...] = (), reach: frozenset[str] | None = None) -> Change:
    properties = row["properties"]
    return Change(
        id=row["event_id"],
        at=row["occurred_at"],
        entities=entities,
        within=reach,
        type=row["type"],
        title=row["title"],
        properties=codec.json_value(properties) if properties else {},
    )


def _if_there(symptom: Symptom, names: Mapping[str, str]) -> Symptom:
    """The symptom; of an entity that was removed, whose events stay, it is nobody's."""
    return symptom if symptom.entity in names else replace(symptom, entity=None)
