"""Which entity depends on which: the relations, read in the direction in which blame goes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from whence.correlate.causes.evidence import Symptom
from whence.correlate.causes.graph import Graph
from whence.domain.entity import Relation, RelationKind

WEIGHT: Final[Mapping[RelationKind, float]] = {
    RelationKind.CALLS: 1.0,
    RelationKind.DEPENDS_ON: 1.0,
    RelationKind.PART_OF: 1.0,
    RelationKind.RUNS_ON: 0.5,  # a host seldom fails for one tenant alone: when it does fail, several point at it
}
HEARSAY: Final = 0.7  # an alert that names another entity mostly complains about it: less sure than a relation
_SHORTEST: Final = 4  # letters of a name that is looked for in texts: shorter names are ordinary words
_RISING: Final = sorted(RelationKind, key=lambda kind: (WEIGHT[kind], kind))
_EndsOf = Callable[[str, RelationKind], Sequence[str]]
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
        self._relations = relations
        self._heard: dict[str, list[Link]] = {}
        self._down: dict[str, tuple[Link, ...]] = {}
        self._up: dict[str, tuple[Link, ...]] = {}

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
            links = {other: Link(entity, other, WEIGHT[kind], kind) for other, kind in self._below(entity).items()}
            for link in self._heard.get(entity, ()):
                if link.dependant == entity:
                    links.setdefault(link.dependency, link)
            self._down[entity] = tuple(links[other] for other in sorted(links) if other != entity)
        return self._down[entity]

    def up(self, entity: str) -> tuple[Link, ...]:
        """What depends on it directly."""
        if entity not in self._up:
            links = {other: Link(other, entity, WEIGHT[kind], kind) for other, kind in self._above(entity).items()}
            for link in self._heard.get(entity, ()):
                if link.dependency == entity:
                    links.setdefault(link.dependant, link)
            self._up[entity] = tuple(links[other] for other in sorted(links) if other != entity)
        return self._up[entity]

    def beside(self, entity: str) -> set[str]:
        """Itself, what it depends on directly, and what depends on it."""
        heard = (end for link in self._heard.get(entity, ()) for end in (link.dependant, link.dependency))
        return {entity, *self._relations.beside(entity), *heard}

    def _below(self, entity: str) -> dict[str, RelationKind]:
        """What relations say that it depends on: its parts, and its other targets."""
        return _weightiest(entity, of_parts=self._relations.sources, of_others=self._relations.targets)

    def _above(self, entity: str) -> dict[str, RelationKind]:
        """What relations say that depends on it: the whole that it is a part of, and whose other target it is."""
        return _weightiest(entity, of_parts=self._relations.targets, of_others=self._relations.sources)

    def _is_joined(self, one: str, other: str) -> bool:
        return other in self._relations.beside(one)


def _weightiest(entity: str, *, of_parts: _EndsOf, of_others: _EndsOf) -> dict[str, RelationKind]:
    """The other ends of relations, each with the kind that weighs most."""
    ends: dict[str, RelationKind] = {}
    for kind in _RISING:
        ends_of = of_parts if kind is RelationKind.PART_OF else of_others
        ends.update(dict.fromkeys(ends_of(entity, kind), kind))
    return ends


def named(text: str, known: Mapping[str, str]) -> set[str]:
    """The entities whose name stands in the text: alone, in a path, or as the first label of a host name."""
    found: set[str] = set()
    for piece in _PIECES.split(text.casefold()):
        word = piece.strip(".-!?")
        for candidate in {word, word.partition(".")[0]}:
            if len(candidate) >= _SHORTEST and candidate in known:
                found.add(known[candidate])
    return found
