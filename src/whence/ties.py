"""How entities stand to each other in ways that people have named: listed, and followed from one to the next.

The write side is `Registry.write`, for what describes an entity, and `Registry.retie`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from whence.domain.access import Principal
from whence.domain.entity import Entity
from whence.store import entities, ties
from whence.store.pool import Pool

Pair = tuple[Entity, Entity]  # source and destination


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The entities that were reached, by tag. `is_whole`: there are no more of them."""

    entities: tuple[Entity, ...]
    is_whole: bool = True


class Ties:
    """What an account's ties are."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, by: Principal, type_: str, *, skip: int, limit: int) -> tuple[list[Pair], int]:
        """At most `limit` of those that stand so, archived ones too, and how many there are; as `store.ties.page`."""
        async with self._pool.snapshot() as db:
            found, total = await ties.page(db, by.account_id, type_, skip=skip, limit=limit)
            ids = sorted({end for pair in found for end in pair})
            known = await entities.named(db, by.account_id, ids) if ids else {}
        return [(known[source], known[destination]) for source, destination in found], total

    async def reach(
        self, by: Principal, type_: str, start: str, *, outgoing: bool, depth: int, archived: bool, limit: int
    ) -> Reach:
        """Whom one comes to from the entity with the id `start` in at most `depth` steps; it may be among them itself.

        Args:
            outgoing: from sources to destinations; False: the other way.
            archived: also by way of archived entities, which are left out otherwise.
            limit: of entities: what is beyond it is farther away, or comes later by its tag.
        """
        found: dict[str, Entity] = {}
        border = [start]
        async with self._pool.snapshot() as db:
            for _ in range(depth):
                ids = await ties.beyond(db, by.account_id, type_, border, outgoing=outgoing) - found.keys()
                known = await entities.named(db, by.account_id, sorted(ids)) if ids else {}
                new = _by_tag(entity for entity in known.values() if archived or not entity.archived)
                room = limit - len(found)
                found |= {entity.id: entity for entity in new[:room]}
                if len(new) > room:
                    return Reach(entities=_by_tag(found.values()), is_whole=False)
                if not new:
                    break
                border = [entity.id for entity in new]
        return Reach(entities=_by_tag(found.values()))


def _by_tag(some: Iterable[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(some, key=lambda entity: entity.tag))
