"""The relations of an account, read from both ends."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from whence.domain.entity import Relation, RelationKind


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The relations. One graph serves many rankings, also at the same time: from its first on it is turned around.

    Args:
        targets_of: kind -> source -> its targets, in one text with spaces between. An account can have 100,000
            relations, and a ranking asks for few of them: to make an object of each, or a list for each source, would
            take longer than to rank.
    """

    targets_of: Mapping[RelationKind, Mapping[str, str]] = field(default_factory=dict[RelationKind, Mapping[str, str]])

    def targets(self, entity: str, kind: RelationKind) -> Sequence[str]:
        """What the entity is related to so."""
        return self.targets_of[kind].get(entity, "").split() if kind in self.targets_of else ()

    def sources(self, entity: str, kind: RelationKind) -> Sequence[str]:
        """What is related to the entity so."""
        return self._sources_of[kind].get(entity, ()) if kind in self._sources_of else ()

    def beside(self, entity: str) -> set[str]:
        """The other ends of all relations that have the entity at one of theirs."""
        return {
            other
            for kind in self.targets_of
            for ends in (self.targets(entity, kind), self.sources(entity, kind))
            for other in ends
        }

    def relations(self) -> Iterator[Relation]:
        """Each relation."""
        for kind, targets_of in self.targets_of.items():
            for source, targets in targets_of.items():
                yield from (Relation(source=source, target=target, kind=kind) for target in targets.split())

    @cached_property
    def _sources_of(self) -> Mapping[RelationKind, Mapping[str, Sequence[str]]]:
        return {kind: _turned(targets_of) for kind, targets_of in self.targets_of.items()}


def _turned(targets_of: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    sources_of: defaultdict[str, list[str]] = defaultdict(list)
    for source, targets in targets_of.items():
        for target in targets.split():
            sources_of[target].append(source)
    return sources_of
