"""Which entity depends on which: the relations, read in the direction in which blame goes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from whence.correlate.causes.evidence import Graph, Symptom
from whence.domain.entity import Relation, RelationKind

WEIGHT: Final[Mapping[RelationKind, float]] = {
    RelationKind.CALLS: 1.0,
    RelationKind.DEPENDS_ON: 1.0,
    RelationKind.PART_OF: 1.0,
    RelationKind.RUNS_ON: 0.5,  # a host seldom fails for one tenant alone: when it does fail, several point at it
}
HEARSAY: Final = 0.7  # an alert that names another entity mostly complains about it: less sure than a relation
_SHORTEST: Final = 4  # letters of a name that is looked for in texts: shorter names are ordinary words
_End = tuple[str, RelationKind]  # the other end of a relation
_PIECES: Final = re.compile(r"[\s/:@,;'\"()\[\]{}<>=]+")


class Link(NamedTuple):  # no dataclass: very many are made, and a tuple is made three times as fast
    """One step of blame, from what suffers to what it depends on: a relation says so, else the text of an alert."""

    dependant: str
    dependency: str
    weight: float
    kind: RelationKind | None = None
    alert: UUID | None = None

    @property
    def relation(self) -> Relation | None:
        """The relation that says so."""
        match self.kind:
            case None:
                return None
            case RelationKind.PART_OF:
                return Relation(source=self.dependency, target=self.dependant, kind=self.kind)
            case _:
                return Relation(source=self.dependant, target=self.dependency, kind=self.kind)


class Dependence:
    """The links of an account: a whole suffers from its parts, all else from the target of its relation.

    They are made where somebody asks for them, as an account has many more than are asked for.

    Args:
        relations: all that are known; of two between the same ends the weightier counts.
    """

    def __init__(self, relations: Graph) -> None:
        self._out = relations
        self._in: defaultdict[str, list[_End]] = defaultdict(list)
        self._heard: dict[str, list[Link]] = {}
        self._down: dict[str, tuple[Link, ...]] = {}
        self._up: dict[str, tuple[Link, ...]] = {}
        for kind, targets_of in relations.items():  # the one pass over everything
            for source, targets in targets_of.items():
                end = source, kind
                for target in targets.split():
                    self._in[target].append(end)

    def hear(self, alerts: Iterable[Symptom], known: Mapping[str, str]) -> None:
        """Add the links that the alerts' texts make, where no relation joins the two."""
        for alert in alerts:
            entity = alert.entity
            for other in sorted(named(alert.title, known)):
                if entity is not None and other != entity and not self._is_joined(entity, other):
                    link = Link(entity, other, HEARSAY, None, alert.id)
                    self._heard.setdefault(entity, []).append(link)
                    self._heard.setdefault(other, []).append(link)
        self._down.clear()
        self._up.clear()

    def down(self, entity: str) -> tuple[Link, ...]:
        """What it depends on directly."""
        if entity not in self._down:
            links = {other: Link(entity, other, WEIGHT[kind], kind) for other, kind in _best(self._below(entity))}
            for link in self._heard.get(entity, ()):
                if link.dependant == entity:
                    links.setdefault(link.dependency, link)
            self._down[entity] = tuple(links[other] for other in sorted(links) if other != entity)
        return self._down[entity]

    def up(self, entity: str) -> tuple[Link, ...]:
        """What depends on it directly."""
        if entity not in self._up:
            links = {other: Link(other, entity, WEIGHT[kind], kind) for other, kind in _best(self._above(entity))}
            for link in self._heard.get(entity, ()):
                if link.dependency == entity:
                    links.setdefault(link.dependant, link)
            self._up[entity] = tuple(links[other] for other in sorted(links) if other != entity)
        return self._up[entity]

    def _below(self, entity: str) -> Iterator[_End]:
        """What relations say that it depends on: its targets, and its parts."""
        for kind in self._out:
            if kind is not RelationKind.PART_OF:
                yield from self._targets(entity, kind)
        yield from (end for end in self._in.get(entity, ()) if end[1] is RelationKind.PART_OF)

    def _above(self, entity: str) -> Iterator[_End]:
        """What relations say that depends on it: the whole that it is a part of, and whose target it is."""
        yield from self._targets(entity, RelationKind.PART_OF)
        yield from (end for end in self._in.get(entity, ()) if end[1] is not RelationKind.PART_OF)

    def _targets(self, entity: str, kind: RelationKind) -> Iterator[_End]:
        targets = self._out[kind].get(entity, "") if kind in self._out else ""
        return ((target, kind) for target in targets.split())

    def _is_joined(self, one: str, other: str) -> bool:
        return any(end == other for end, _ in (*self._below(one), *self._above(one)))


def named(text: str, known: Mapping[str, str]) -> set[str]:
    """The entities whose name stands in the text: alone, in a path, or as the first label of a host name."""
    found: set[str] = set()
    for piece in _PIECES.split(text.casefold()):
        word = piece.strip(".-!?")
        for candidate in {word, word.partition(".")[0]}:
            if len(candidate) >= _SHORTEST and candidate in known:
                found.add(known[candidate])
    return found


def _best(ends: Iterable[_End]) -> Iterable[_End]:
    """Each other end once, with the kind that weighs most; of equal ones the last by name."""
    best: dict[str, RelationKind] = {}
    for other, kind in ends:
        standing = best.get(other)
        if standing is None or (WEIGHT[kind], kind) > (WEIGHT[standing], standing):
            best[other] = kind
    return best.items()
