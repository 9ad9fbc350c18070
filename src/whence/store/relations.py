"""How entities stand to each other, as rows, and the surroundings of one."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from whence.domain.entity import Relation, RelationKind
from whence.store.pool import Reader, Writer

MOST_RELATIONS: Final = 10_000  # that one answer holds

# What stood only because it was wanted stands by itself from then on.
_UPSERT: Final = """
    insert into relation (account_id, source, kind, target)
    select $1, * from unnest($2::text[], $3::text[], $4::text[]) as new (source, kind, target)
    order by source, kind, target
    on conflict (account_id, source, kind, target) do update set asserted = true where not relation.asserted
"""
_REMOVE: Final = """
    delete from relation using unnest($2::text[], $3::text[], $4::text[]) as old (source, kind, target)
    where account_id = $1 and relation.source = old.source and relation.kind = old.kind and relation.target = old.target
"""
_AROUND: Final = """
    select source, kind, target from relation where account_id = $1 and source = any($2::text[])
    union
    select source, kind, target from relation where account_id = $1 and target = any($2::text[])
    limit $3
"""
_OF: Final = """
    select source, kind, target from relation where account_id = $1 and source = any($2::text[])
    union
    select source, kind, target from relation where account_id = $1 and target = any($2::text[])
    order by source, kind, target
"""


_ABOVE: Final = """
    with recursive line (id) as (
        select unnest($2::text[])
        union
        select r.target from line join relation r on r.account_id = $1 and r.source = line.id and r.kind = $3
    )
    select r.source, r.kind, r.target from line
    join relation r on r.account_id = $1 and r.source = line.id and r.kind = $3
    limit $4
"""
_BELOW: Final = """
    with recursive line (id) as (
        select unnest($2::text[])
        union
        select r.source from line join relation r on r.account_id = $1 and r.target = line.id and r.kind = $3
    )
    select r.source, r.kind, r.target from line
    join relation r on r.account_id = $1 and r.target = line.id and r.kind = $3
    limit $4
"""


async def upsert(db: Writer, account: UUID, relations: Sequence[Relation]) -> None:
    """The relations stand, each once, whatever else is said of their ends."""
    await db.execute(_UPSERT, account, *_columns(list(dict.fromkeys(relations))))


async def remove(db: Writer, account: UUID, relations: Sequence[Relation]) -> None:
    """The relations are gone."""
    await db.execute(_REMOVE, account, *_columns(relations))


async def of(db: Reader, account: UUID, ids: Sequence[str]) -> list[Relation]:
    """Every relation that has one of the entities at an end."""
    return [_relation(row) for row in await db.rows(_OF, account, list(ids))]


async def lines(
    db: Reader, account: UUID, ids: Sequence[str], kind: RelationKind, *, limit: int = MOST_RELATIONS
) -> tuple[list[Relation], list[Relation]]:
    """The relations of the kind on all ways from the entities to targets, and on all ways from sources to them.

    At most `limit` of either, each once; ways that lead in a circle end where they began.
    """
    above = await db.rows(_ABOVE, account, list(ids), kind.value, limit)
    below = await db.rows(_BELOW, account, list(ids), kind.value, limit)
    return [_relation(row) for row in above], [_relation(row) for row in below]


async def around(db: Reader, account: UUID, entity_id: str, *, depth: int) -> list[Relation]:
    """The relations within `depth` steps of the entity, in either direction; at most `MOST_RELATIONS`."""
    found: dict[Relation, None] = {}
    known, frontier = {entity_id}, [entity_id]
    for _ in range(depth):
        for row in await db.rows(_AROUND, account, frontier, MOST_RELATIONS - len(found)):
            found[_relation(row)] = None
        ends = {end for relation in found for end in (relation.source, relation.target)}
        frontier = sorted(ends - known)
        known |= ends
        if not frontier or len(found) >= MOST_RELATIONS:
            break
    return sorted(found, key=lambda r: (r.source, r.kind, r.target))


def _relation(row: asyncpg.Record) -> Relation:
    return Relation(source=row["source"], target=row["target"], kind=RelationKind(row["kind"]))


def _columns(relations: Sequence[Relation]) -> tuple[list[str], list[str], list[str]]:
    return [r.source for r in relations], [r.kind.value for r in relations], [r.target for r in relations]
