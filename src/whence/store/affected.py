"""What problems affect: the entities of a problem, and the problems of an entity."""

from collections.abc import Sequence
from typing import Final, LiteralString
from uuid import UUID

from whence.domain.entity import Entity
from whence.domain.problem import Affecting
from whence.store import codec, entities
from whence.store.pool import Reader
from whence.store.where import Where

_MOST_LOOKED_AT: Final = 10_000  # problems of an account: what was before those is no entity's last one

_OPEN_ON: Final = """
    select distinct affected.entity_id from problem p cross join lateral unnest(p.entity_ids) as affected (entity_id)
    join unnest($2::text[]) as asked (entity_id) on asked.entity_id = affected.entity_id
    where p.account_id = $1 and p.closed_at is null and p.merged_into is null
"""
_NEWEST_ON: Final = """
    select distinct on (affected.entity_id) affected.entity_id, recent.problem_id from (
        select p.problem_id, p.opened_at, p.entity_ids from problem p
        where p.account_id = $1 and p.merged_into is null and p.alert_count > 0
        order by p.opened_at desc, p.problem_id desc limit $3
    ) recent cross join lateral unnest(recent.entity_ids) as affected (entity_id)
    join unnest($2::text[]) as asked (entity_id) on asked.entity_id = affected.entity_id
    order by affected.entity_id, recent.opened_at desc, recent.problem_id desc
"""


def condition(where: Where, asked: Affecting) -> None:
    """That the most telling entity which problem `p` affects, of those looked at, is of the rank.

    One whose alerts were all taken out of it affects nothing any more.
    """
    rank, affected = _rank(where, asked), _affected(where, asked)
    where.add("p.alert_count > 0")
    where.add(f"(select min({rank}) from entity e where e.account_id = $1 and {affected}) = ?", asked.rank)


async def first(
    db: Reader, account: UUID, problem_ids: Sequence[UUID], asked: Affecting, *, each: int
) -> dict[UUID, list[Entity]]:
    """The first `each` of the entities looked at that each problem affects.

    The most telling first, then by cluster, namespace and name.
    """
    where = Where(account)
    wanted = where.bind(list(problem_ids))
    rank, affected = _rank(where, asked), _affected(where, asked)
    take = where.bind(each)
    rows = await db.rows(
        f"""
        select p.problem_id, e.* from problem p cross join lateral (
            select {entities.COLUMNS}, {rank} as rank from entity e where e.account_id = $1 and {affected}
            order by rank, e.cluster, e.namespace, e.name, e.entity_id limit {take}
        ) e where p.account_id = $1 and p.problem_id = any({wanted}::uuid[])
        order by e.rank, e.cluster, e.namespace, e.name, e.entity_id
        """,
        *where.args,
    )
    found: dict[UUID, list[Entity]] = {problem_id: [] for problem_id in problem_ids}
    for row in rows:
        found[row["problem_id"]].append(codec.entity(row))
    return found


async def open_on(db: Reader, account: UUID, entity_ids: Sequence[str]) -> set[str]:
    """Those of the entities that an open problem affects."""
    return {row["entity_id"] for row in await db.rows(_OPEN_ON, account, list(entity_ids))}


async def newest_on(db: Reader, account: UUID, entity_ids: Sequence[str]) -> dict[str, UUID]:
    """The last opened problem that affects each of the entities; among the last `_MOST_LOOKED_AT` of the account."""
    rows = await db.rows(_NEWEST_ON, account, list(entity_ids), _MOST_LOOKED_AT)
    return {row["entity_id"]: row["problem_id"] for row in rows}


def _rank(where: Where, asked: Affecting) -> LiteralString:
    """The rank of entity `e`."""
    cases: LiteralString = " ".join(
        where.fill("when e.type = any(?::text[]) then ?::integer", list(types), place)
        for place, types in enumerate(asked.ranks, 1)
    )
    return f"case {cases} else 0 end" if cases else "0"


def _affected(where: Where, asked: Affecting) -> LiteralString:
    """That problem `p` affects entity `e`, which is looked at."""
    looked_at: LiteralString = where.fill("e.entity_id = any(?::text[])", list(asked.ids))
    if asked.cluster is not None:
        place = where.fill("e.cluster = ?", asked.cluster)
        if asked.namespaces:
            place = where.fill(f"{place} and e.namespace = any(?::text[])", list(asked.namespaces))
        looked_at = f"({looked_at} or ({place}))"
    return f"e.entity_id = any(p.entity_ids) and not e.archived and {looked_at}"
