"""How far each entity is suspected of being where the trouble began, from the symptoms and the graph alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from whence.correlate.causes.dependence import Dependence, Link
from whence.correlate.causes.spread import spread
from whence.correlate.causes.symptoms import Symptoms

OWN: Final = 0.3  # of the score: what alerts on it
STANDING: Final = 0.4  # of the score: how much of all suspicion comes to rest on it; most, as this alone sees far
DEPENDANTS: Final = 0.3  # of the score: whether what depends on it suffers
ROUND: Final = timedelta(minutes=5)  # monitoring looks this seldom: within it nobody was first
SILENT: Final = 0.1  # a dependant without an alert tells against it, but weakly: not all are watched, some retry
DOUBT: Final = 0.5  # evidence, in strong alerts, that half convinces
FOREMOST: Final = 500  # silent entities that are looked at: ten times what an answer can hold
STEPS: Final = 4  # from an anchor to what it may suffer from
OUT_OF_REACH: Final = 0.5  # for what no known relation leads to from the anchor: relations are never all known


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An entity and the parts of its suspicion, each from 0 to its share of the score."""

    entity: str
    own: float
    standing: float
    dependants: float
    suffering: tuple[Link, ...]

    @property
    def score(self) -> float:
        """The parts together, from 0 to 1."""
        return self.own + self.standing + self.dependants


def suspect(symptoms: Symptoms, links: Dependence, anchors: frozenset[str]) -> dict[str, Suspect]:
    """Everyone on whom some suspicion rests."""
    resting = spread(symptoms.strength, links)
    strongest = max(symptoms.strength.values(), default=1.0)
    most = max(resting.values(), default=1.0)
    reach = reachable(anchors, links)
    found: dict[str, Suspect] = {}
    for entity in _foremost(resting, symptoms):
        suffering, share = _dependants(entity, symptoms, links)
        trust = 1.0 if reach is None or entity in reach else OUT_OF_REACH
        found[entity] = Suspect(
            entity=entity,
            own=trust * OWN * symptoms.strength.get(entity, 0.0) / strongest,
            standing=trust * STANDING * resting.get(entity, 0.0) / most,
            dependants=trust * DEPENDANTS * share,
            suffering=suffering,
        )
    return found


def _foremost(resting: Mapping[str, float], symptoms: Symptoms) -> list[str]:
    """Those who alert, and the others on whom most suspicion rests."""
    others = sorted((-share, entity) for entity, share in resting.items() if entity not in symptoms.alerts)
    return sorted([*symptoms.alerts, *(entity for _, entity in others[:FOREMOST])])


def reachable(anchors: Iterable[str], links: Dependence) -> frozenset[str] | None:
    """What the anchors depend on, themselves included; None, that is all, when no relation of theirs is known."""
    found = set(anchors)
    border = sorted(found)
    for _ in range(STEPS):
        border = sorted({link.dependency for entity in border for link in links.down(entity)} - found)
        found.update(border)
    return frozenset(found) if len(found) > len(set(anchors)) else None


def _dependants(entity: str, symptoms: Symptoms, links: Dependence) -> tuple[tuple[Link, ...], float]:
    """The dependants that alert and did not do so before it, and how far all of them speak against it, 0 to 1."""
    suffering: list[Link] = []
    said, silent = 0.0, 0.0
    for link in links.up(entity):
        strength = symptoms.strength.get(link.dependant)
        if strength is None:
            silent += link.weight
        elif entity not in symptoms.alerts or symptoms.onset(link.dependant) >= symptoms.onset(entity) - ROUND:
            suffering.append(link)
            said += link.weight * strength
    return tuple(suffering), said / (said + SILENT * silent + DOUBT)


def strongest_dependency(entity: str, suspects: Mapping[str, Suspect], links: Dependence) -> Suspect | None:
    """The most suspected of those that the entity depends on directly."""
    known = (suspects[link.dependency] for link in links.down(entity) if link.dependency in suspects)
    return max(known, key=lambda other: (other.score, other.entity), default=None)
