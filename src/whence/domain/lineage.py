"""What leads to what over relations of one kind: parents, their parents, and the same way down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from whence.domain.entity import Entity, Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The entities by id; of an id the ids above it (the targets of its relations), and of an id those below it.

    Both by tag. `is_whole`: there is no more than what is here.
    """

    entities: Mapping[str, Entity]
    above: Mapping[str, tuple[str, ...]]
    below: Mapping[str, tuple[str, ...]]
    is_whole: bool = True

    @classmethod
    def of(
        cls, entities: Mapping[str, Entity], above: Iterable[Relation], below: Iterable[Relation], *, is_whole: bool
    ) -> Self:
        """The lineage that follows from the relations whose ends are known."""
        return cls(
            entities=entities,
            above=_grouped(((r.source, r.target) for r in above), entities),
            below=_grouped(((r.target, r.source) for r in below), entities),
            is_whole=is_whole,
        )


def _grouped(ends: Iterable[tuple[str, str]], entities: Mapping[str, Entity]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for near, far in ends:
        if far in entities:
            found.setdefault(near, []).append(far)
    return {near: tuple(sorted(far, key=lambda id_: entities[id_].tag)) for near, far in found.items()}
