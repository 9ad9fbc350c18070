"""What a ranking of causes is made from, gathered in one moment: alerts, changes, the graph, names, and the past.

All of it is bounded. Of alerts, changes and notes the newest are taken; a graph that is too large, as far as whole steps
go.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.correlate.causes import Background, Change, Evidence, Symptom
from whence.domain.event import Kind, Severity
from whence.store import codec, graph, subjects
from whence.store.pool import Reader

MOST_ALERTS: Final = 1_000
MOST_CHANGES: Final = 1_000
MOST_NOTES: Final = 1_000
MOST_NAMES: Final = 10_000
MOST_PAST: Final = 20_000  # alerts from which is learned how often they come
PAST: Final = timedelta(days=14)
OLDEST_OPEN: Final = timedelta(days=7)  # an alert that nobody closed for longer tells of no incident
_SHORTEST_PAST: Final = timedelta(hours=1)  # of less, no rate is learned
_NEAR: Final = 2  # steps from what is at stake within which everything has its name

# An alert that is about no entity by its id has the scope of its event.
_ALERT: Final[LiteralString] = """
    select a.event_id, a.opened_at, a.key, a.type, a.severity, a.title, a.entity_id,
        case when a.entity_id is null then (
            select e.scope from event e
            where e.account_id = $1 and e.occurred_at = a.event_at and e.event_id = a.event_id
        ) end as scope
    from alert a where a.account_id = $1
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


async def gather(db: Reader, account: UUID, *, at: datetime, lookback: timedelta, about: str | None) -> Evidence:
    """What is known of the alerts that opened in the `lookback` before `at`, and of what preceded them.

    Where none opened (with `about`: none on that entity) the evidence looks back further: `lookback` before the latest
    that is open at `at`, unless that one opened over `OLDEST_OPEN` ago. Where there are more than `MOST_ALERTS`, it looks
    back only to the oldest of those.

    Args:
        about: the id of the entity that the question is about.
    """
    anchors = frozenset() if about is None else frozenset({about})
    since, symptoms, keys = await _alerts(db, account, at, lookback, about)
    if not symptoms:
        return Evidence(at=at, lookback=lookback, anchors=anchors)
    begin = min(symptom.at for symptom in symptoms) - (at - since)
    changes = await _said(db, account, Kind.CHANGE, begin, at, MOST_CHANGES)
    notes = await _said(db, account, Kind.INFO, begin, at, MOST_NOTES)
    at_stake = {one.entity for one in (*symptoms, *changes) if one.entity is not None} | anchors
    relations = await graph.around(db, account, sorted(at_stake))
    names = await _names(db, account, graph.near(relations, at_stake, steps=_NEAR))
    return Evidence(
        at=at,
        lookback=at - since,
        anchors=anchors,
        alerts=[_known(symptom, names) for symptom in symptoms],
        changes=[_known(change, names) for change in changes],
        notes=notes,
        relations=relations,
        names=names,
        background=await _background(db, account, since, keys),
    )
