"""What is said of an entity about others that may register later, or leave and come back.

Of what is said and what is registered follows which relations stand; in which order it came does not matter.
"""

from dataclasses import dataclass

from whence.domain.entity import Entity, Relation, RelationKind
from whence.domain.tie import Tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """That an entity stands so to whatever has the name `other`: an id, cid, alias or tag, of an entity or of none yet.

    `outgoing`: the entity is the source of the relation; False: it is the target.
    """

    kind: RelationKind
    other: str
    outgoing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All that one `origin` says of an entity; what it said before and does not say now, it does not say any more.

    `owner`: the entity, by any of its names. `origin`: the dialect's own word for what speaks.
    """

    owner: str
    origin: str
    said: tuple[Said, ...] = ()
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What `origin` says of the entity with the id `owner`. `other_id`: the entity meant; None: there is none now."""

    owner: str
    origin: str
    said: Said
    other_id: str | None

    @property
    def relation(self) -> Relation | None:
        """The relation that stands because of it."""
        if self.other_id is None:
            return None
        source, target = (self.owner, self.other_id) if self.said.outgoing else (self.other_id, self.owner)
        return Relation(source=source, target=target, kind=self.said.kind)


def names_of(entity: Entity) -> tuple[str, ...]:
    """By what others may speak of the entity."""
    return entity.id, entity.cid, entity.tag, *entity.aliases
