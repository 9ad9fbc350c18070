"""The relations of an account as a graph: all of them where they are few enough, else what is around some entities."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final
from uuid import UUID

import asyncpg

from whence.correlate.causes import Graph
from whence.domain.entity import RelationKind
from whence.store.pool import Reader

MOST_ENTITIES: Final = 10_000
MOST_RELATIONS: Final = 100_000
STEPS: Final = 4

# A row for each kind, and one text for all targets of a source: it is read in a third of the time that a row for each
# relation takes. Ids hold no spaces.
_ALL: Final = """
    select kind, array_agg(source) as sources, array_agg(targets) as targets from (
        select kind, source, string_agg(target, ' ') as targets from relation
        where account_id = $1 and (
            select count(*) from (select from relation where account_id = $1 limit $2 + 1) counted
        ) <= $2 group by source, kind
    ) related group by kind
"""
_HAS_ANY: Final = "select from relation where account_id = $1 limit 1"
# A step adds what has an end in it and none in the steps before: so each relation comes once.
_STEP: Final = """
    select source, kind, target from relation
    where account_id = $1 and source = any($2::text[]) and target <> all($3::text[])
    union all
    select source, kind, target from relation
    where account_id = $1 and target = any($2::text[]) and source <> all($3::text[]) and source <> all($2::text[])
    limit $4
"""


async def around(db: Reader, account: UUID, ids: Sequence[str]) -> Graph:
    """The account's relations; of more than `MOST_RELATIONS`, those within `STEPS` steps of the entities.

    Of the steps only those are taken that stay within `MOST_RELATIONS` and `MOST_ENTITIES` as a whole, so that the same
    data gives the same graph.
    """
    rows = await db.rows(_ALL, account, MOST_RELATIONS)
    if rows:
        return {RelationKind(row["kind"]): dict(zip(row["sources"], row["targets"], strict=True)) for row in rows}
    if not await db.rows(_HAS_ANY, account):
        return {}
    return await _stepwise(db, account, ids)


async def _stepwise(db: Reader, account: UUID, ids: Sequence[str]) -> Graph:
    found: dict[RelationKind, dict[str, list[str]]] = {}
    before: set[str] = set()
    border, left = set(ids), MOST_RELATIONS
    for _ in range(STEPS):
        rows = await db.rows(_STEP, account, sorted(border), sorted(before), left + 1)
        reached = _ends(rows) - border
        if len(rows) > left or len(before) + len(border) + len(reached) > MOST_ENTITIES:
            break
        for row in rows:
            found.setdefault(RelationKind(row["kind"]), {}).setdefault(row["source"], []).append(row["target"])
        before |= border
        border, left = reached, left - len(rows)
    return {
        kind: {source: " ".join(targets) for source, targets in targets_of.items()}
        for kind, targets_of in found.items()
    }


def near(graph: Graph, ids: Iterable[str], *, steps: int, limit: int) -> set[str]:
    """The entities, and those within so many steps of them; no step is taken that would go beyond `limit` of them."""
    found = set(ids)
    for _ in range(steps):
        reached: set[str] = set()
        for source, targets in chain.from_iterable(targets_of.items() for targets_of in graph.values()):
            others = targets.split()
            if source in found:
                reached.update(others)
            elif not found.isdisjoint(others):
                reached.add(source)
        if len(found | reached) > limit:
            break
        found |= reached
    return found


def _ends(rows: Iterable[asyncpg.Record]) -> set[str]:
    return {end for row in rows for end in (row["source"], row["target"])}
