"""What problems say of their alerts: since when they go on, how grave they are, their title, what they are about."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from whence.domain.event import Severity
from whence.store.pool import Writer

_RANKS: Final = [severity.value for severity in Severity]  # the gravest last
# A statement of its own before the alerts are counted: one that waits as it counts has counted what was removed.
_LOCK: Final = """
    select from problem where account_id = $1 and problem_id = any($2::uuid[]) order by problem_id for update
"""
# What the alerts of each `told.problem_id` come to; of one without alerts, zero and nulls. $2: severities, the gravest
# last. The first of the most severe gives severity and title: DESK contract 5.6, title of its most severe event.
_OF_THEIR_ALERTS: Final[LiteralString] = """
    cross join lateral (
        select count(*)::integer as alerts, min(since) as opened_at,
            case when bool_and(closed_at is not null) then greatest(min(since), max(closed_at)) end as closed_at,
            array_agg(distinct type collate "C" order by type collate "C") as types,
            array_agg(distinct dialect collate "C" order by dialect collate "C") as dialects
        from alert a where a.account_id = $1 and a.problem_id = told.problem_id and since is not null
    ) all_of
    left join lateral (
        select severity, title from alert a
        where a.account_id = $1 and a.problem_id = told.problem_id and since is not null
        order by array_position($2::text[], severity) desc, since, key, alert_id limit 1
    ) gravest on true
    cross join lateral (
        select array(
            select distinct e.entity_id from alert a cross join unnest(a.subjects) as about (subject)
            join entity e on e.account_id = $1 and e.entity_id = about.subject
            where a.account_id = $1 and a.problem_id = told.problem_id and a.since is not null order by e.entity_id
        ) as entity_ids
    ) concerned
"""
_SAVE: Final[LiteralString] = f"""
    insert into problem (
        account_id, problem_id, number, code, named_at, opened_at, closed_at, severity, title, alert_count, types,
        dialects, entity_ids, updated_at, explain_at
    )
    select $1, told.problem_id, told.number, told.code, all_of.opened_at, all_of.opened_at, all_of.closed_at,
        gravest.severity, gravest.title, all_of.alerts, all_of.types, all_of.dialects, concerned.entity_ids, $6, $6
    from unnest($3::uuid[], $4::integer[], $5::bigint[]) as told (problem_id, number, code)
    {_OF_THEIR_ALERTS}
    where all_of.alerts > 0
    on conflict (account_id, problem_id) do update set
        opened_at = excluded.opened_at, closed_at = excluded.closed_at, severity = excluded.severity,
        title = excluded.title, alert_count = excluded.alert_count, types = excluded.types,
        dialects = excluded.dialects, entity_ids = excluded.entity_ids, updated_at = excluded.updated_at,
        is_stale = false, explain_at = case
            when excluded.closed_at is null then greatest(excluded.explain_at, problem.explained_at + $7::interval)
            else excluded.explain_at end
    where (problem.opened_at, problem.severity, problem.title, problem.alert_count, problem.types, problem.dialects,
        problem.entity_ids, problem.is_stale) is distinct from (excluded.opened_at, excluded.severity, excluded.title,
        excluded.alert_count, excluded.types, excluded.dialects, excluded.entity_ids, false)
    or problem.closed_at is distinct from excluded.closed_at
    returning problem_id
"""
_CLOSE: Final = "update problem set is_sealed = true, closed_at = $3 where account_id = $1 and problem_id = $2"
# One of which nothing is left keeps what it said last.
_SAY: Final[LiteralString] = f"""
    update problem p set is_stale = false, updated_at = $4, alert_count = said.alerts,
        explain_at = case when said.alerts > 0 then $4::timestamptz end,
        causes = case when said.alerts > 0 then p.causes end,
        is_likely = p.is_likely and said.alerts > 0,
        opened_at = coalesce(said.opened_at, p.opened_at),
        closed_at = greatest(coalesce(said.opened_at, p.opened_at), p.closed_at),
        severity = coalesce(said.severity, p.severity), title = coalesce(said.title, p.title),
        types = coalesce(said.types, p.types), dialects = coalesce(said.dialects, p.dialects),
        entity_ids = case when said.alerts > 0 then said.entity_ids else p.entity_ids end
    from (
        select told.problem_id, all_of.alerts, all_of.opened_at, all_of.types, all_of.dialects,
            gravest.severity, gravest.title, concerned.entity_ids
        from unnest($3::uuid[]) as told (problem_id)
        {_OF_THEIR_ALERTS}
    ) said
    where p.account_id = $1 and p.problem_id = said.problem_id
"""


async def save(
    db: Writer, account: UUID, found: Sequence[tuple[UUID, int, int]], *, at: datetime, patience: timedelta
) -> list[UUID]:
    """The problems, each by its id, number and code, say what their alerts do; the new and changed ones are returned.

    Their causes are looked for again; if they go on, not before `patience` has passed since that was done.
    """
    columns = [list(column) for column in zip(*found, strict=True)]
    if not columns:
        return []
    await _lock(db, account, [problem_id for problem_id, *_ in found])
    return [row["problem_id"] for row in await db.rows(_SAVE, account, _RANKS, *columns, at, patience)]


async def seal(db: Writer, account: UUID, problem_id: UUID, *, at: datetime) -> None:
    """The problem is over, as a person said, and says what its alerts do: nobody groups it after that."""
    await _lock(db, account, [problem_id])
    await db.execute(_CLOSE, account, problem_id, at)
    await say(db, account, [problem_id], at=at)


async def say(db: Writer, account: UUID, problem_ids: Collection[UUID], *, at: datetime) -> None:
    """The problems, which are locked and closed by a person, say what their alerts do; their causes are looked for."""
    if problem_ids:
        await db.execute(_SAY, account, _RANKS, list(problem_ids), at)


async def _lock(db: Writer, account: UUID, problem_ids: Collection[UUID]) -> None:
    """Whoever removes an alert of the problems has done so, or waits until the transaction ends."""
    await db.rows(_LOCK, account, list(problem_ids))
