"""How entities stand to each other, as rows, and the surroundings of one."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

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


async def upsert(db: Writer, account: UUID, relations: Sequence[Relation]) -> None:
    """The relations stand, whatever else is said of their ends."""
    await db.execute(_UPSERT, account, *_columns(relations))


async def remove(db: Writer, account: UUID, relations: Sequence[Relation]) -> None:
    """The relations are gone."""
    await db.execute(_REMOVE, account, *_columns(relations))


async def of(db: Reader, account: UUID, ids: Sequence[str]) -> list[Relation]:
    """Every relation that has one of the entities at an end."""
    rows = await db.rows(_OF, account, list(ids))
    return [Relation(source=row["source"], target=row["target"], kind=RelationKind(row["kind"])) for row in rows]


async def around(db: Reader, account: UUID, entity_id: str, *, depth: int) -> list[Relation]:
    """The relations within `depth` steps of the entity, in either direction; at most `MOST_RELATIONS`."""
    found: dict[Relation, None] = {}
    known, frontier = {entity_id}, [entity_id]
    for _ in range(depth):
        for row in await db.rows(_AROUND, account, frontier, MOST_RELATIONS - len(found)):
            kind = RelationKind(row["kind"])
            found[Relation(source=row["source"], target=row["target"], kind=kind)] = None
        ends = {end for relation in found for end in (relation.source, relation.target)}
        frontier = sorted(ends - known)
        known |= ends
        if not frontier or len(found) >= MOST_RELATIONS:
            break
    return sorted(found, key=lambda r: (r.source, r.kind, r.target))


def _columns(relations: Sequence[Relation]) -> tuple[list[str], list[str], list[str]]:
    return [r.source for r in relations], [r.kind.value for r in relations], [r.target for r in relations]
