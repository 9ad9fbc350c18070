"""How entities stand to each other in ways that people have named: kept as said, and without a meaning to the house.

Where trouble spreads follows from relations (`RelationKind`), whose direction means something, and never from ties.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """That an entity stands to another in the way `type`.

    `other`: that one's id, or (`by_tag`) a tag: of whoever has it, now or later. `outgoing`: the entity is the source;
    False: it is the destination.
    """

    type: str
    other: str
    by_tag: bool = False
    outgoing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """What `origin` says of the entity with the id `owner`, with which it goes, and with the other if that is an id.

    `other_id`: the entity that is meant; None: there is none now. It is no part of what is said.
    """

    owner: str
    origin: str
    tie: Tie
    other_id: str | None = field(default=None, compare=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The entities without which it cannot be said."""
        return (self.owner,) if self.tie.by_tag else (self.owner, self.tie.other)

    @property
    def stands(self) -> bool:
        """Whether both ends are there."""
        return self.other_id is not None

    @property
    def ends(self) -> tuple[str, str]:
        """Source and destination: ids, but for the tag of an end that is not there."""
        other = self.other_id or self.tie.other
        return (self.owner, other) if self.tie.outgoing else (other, self.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retied:
    """What is to be said besides, and what is not to be said any more."""

    added: Sequence[Tied] = ()
    removed: Sequence[Tied] = ()
