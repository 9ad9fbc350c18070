"""The relations of an account as a graph: all of them where they are few enough, else what is around some entities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from whence.correlate.causes import Graph
from whence.domain.entity import RelationKind
from whence.store.pool import Reader

MOST_ENTITIES: Final = 10_000
MOST_RELATIONS: Final = 100_000
STEPS: Final = 4
KEPT: Final = 200_000  # relations of all graphs that are kept
WORTH_KEEPING: Final = 1_000  # relations of one: fewer are read in a millisecond, and of very many accounts

# Ids and kinds hold no spaces. Each relation stands once, so none is its own counterpart in the sum.
_STATE: Final = """
    select count(*) as relations, bit_xor(hashtextextended(source || ' ' || kind || ' ' || target, 0)) as hash
    from (select source, kind, target from relation where account_id = $1 limit $2 + 1) counted
"""
# A row for each kind, and one text for all targets of a source: it is read in a third of the time that a row for each
# relation takes.
_ALL: Final = """
    select kind, array_agg(source) as sources, array_agg(targets) as targets from (
        select kind, source, string_agg(target, ' ') as targets from relation
        where account_id = $1 group by source, kind
    ) related group by kind
"""
# A step adds what has an end in it and none in the steps before: so each relation comes once.
_STEP: Final = """
    select source, kind, target from relation
    where account_id = $1 and source = any($2::text[]) and target <> all($3::text[])
    union all
    select source, kind, target from relation
    where account_id = $1 and target = any($2::text[]) and source <> all($3::text[]) and source <> all($2::text[])
    limit $4
"""


@dataclass(frozen=True, slots=True)
class _State:
    """What tells one set of relations from another."""

    relations: int
    hash: int


class Graphs:
    """The graphs of accounts, each kept until it was read again with other relations (ADR 0030).

    Args:
        most: relations of all graphs that are kept. Those that were not asked for the longest go first.
    """

    def __init__(self, *, most: int = KEPT) -> None:
        self._most = most
        self._kept: dict[UUID, tuple[_State, Graph]] = {}

    async def around(self, db: Reader, account: UUID, ids: Sequence[str]) -> Graph:
        """The account's relations; of more than `MOST_RELATIONS`, those within `STEPS` steps of the entities.

        Of the steps only those are taken that stay within `MOST_RELATIONS` and `MOST_ENTITIES` as a whole, so that the
        same data gives the same graph.
        """
        ((relations, hashed),) = await db.rows(_STATE, account, MOST_RELATIONS)
        if relations > MOST_RELATIONS:
            self._kept.pop(account, None)
            return await _stepwise(db, account, ids)
        state = _State(relations, hashed or 0)
        before, graph = self._kept.pop(account, (None, Graph()))
        if before != state:
            graph = await _all(db, account) if relations else Graph()
        if relations >= WORTH_KEEPING:
            self._keep(account, state, graph)
        return graph

    def _keep(self, account: UUID, state: _State, graph: Graph) -> None:
        """Last of all, as the one that was asked for just now."""
        self._kept[account] = state, graph
        held = sum(state.relations for state, _ in self._kept.values())
        while held > self._most:
            eldest = next(iter(self._kept))
            held -= self._kept.pop(eldest)[0].relations


def near(graph: Graph, ids: Iterable[str], *, steps: int, limit: int) -> set[str]:
    """The entities, and those within so many steps of them; no step is taken that would go beyond `limit` of them."""
    found = set(ids)
    border = found
    for _ in range(steps):
        border = {other for entity in border for other in graph.beside(entity)} - found
        if len(found) + len(border) > limit:
            break
        found |= border
    return found


async def _all(db: Reader, account: UUID) -> Graph:
    rows = await db.rows(_ALL, account)
    return Graph(
        targets_of={RelationKind(row["kind"]): dict(zip(row["sources"], row["targets"], strict=True)) for row in rows}
    )


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
    return Graph(
        targets_of={
            kind: {source: " ".join(targets) for source, targets in targets_of.items()}
            for kind, targets_of in found.items()
        }
    )


def _ends(rows: Iterable[asyncpg.Record]) -> set[str]:
    return {end for row in rows for end in (row["source"], row["target"])}
