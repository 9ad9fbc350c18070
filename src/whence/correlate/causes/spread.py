"""Let the suspicion of the alerting entities walk to what they depend on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from whence.correlate.causes.dependence import Dependence, Link

DAMPING: Final = 0.85  # the share that walks on at each step, the customary value; the rest goes home
STEPS: Final = 8  # 0.85 ** 8 = 0.27, and no call chain is often longer: more steps change no ranking that we have seen
LEAST: Final = 1 / 1000  # a smaller share walks no further, so that a step starts from 1,000 entities at most
UNSEEN: Final = 0.1  # the pull of an entity without an alert: faults can be silent, monitoring is never complete
BACK: Final = (
    0.25  # the pull backwards, to what depends on one and alerts: a little, so that a leaf keeps not everything
)


def spread(suspicion: Mapping[str, float], links: Dependence) -> dict[str, float]:
    """How much of the suspicion rests on each entity in the end; the shares add up to 1, and nothing gives nothing.

    Args:
        suspicion: alerting entity -> strength of its evidence, above 0.
    Source: personalised PageRank with the steps weighted by the evidence at their end, and a stay where one's own
    evidence is the strongest around (the random walk of MonitorRank, SIGMETRICS 2013).
    """
    total = sum(suspicion[entity] for entity in sorted(suspicion))
    if total <= 0:
        return {}
    home = {entity: suspicion[entity] / total for entity in sorted(suspicion)}
    callers = _callers(home, links)
    pulls: dict[str, list[tuple[str, float]]] = {}
    resting = home
    for _ in range(STEPS):
        arrived = {entity: (1 - DAMPING) * share for entity, share in home.items()}
        for entity, share in resting.items():
            if share < LEAST:
                arrived[entity] = arrived.get(entity, 0.0) + DAMPING * share
                continue
            if entity not in pulls:
                pulls[entity] = _pulls(entity, suspicion, links, callers)
            for target, pull in pulls[entity]:
                arrived[target] = arrived.get(target, 0.0) + DAMPING * share * pull
        resting = arrived
    return resting


def _callers(alerting: Iterable[str], links: Dependence) -> dict[str, list[Link]]:
    """Entity -> the links to it from those that alert."""
    found: dict[str, list[Link]] = {}
    for entity in alerting:
        for link in links.down(entity):
            found.setdefault(link.dependency, []).append(link)
    return found


def _pulls(
    entity: str, suspicion: Mapping[str, float], links: Dependence, callers: Mapping[str, Sequence[Link]]
) -> list[tuple[str, float]]:
    """Where the suspicion that rests on the entity goes next, itself included; the shares add up to 1."""
    pulls = [
        (link.dependency, link.weight * (suspicion.get(link.dependency, 0.0) + UNSEEN)) for link in links.down(entity)
    ]
    pulls.extend((link.dependant, BACK * link.weight * suspicion[link.dependant]) for link in callers.get(entity, ()))
    strongest = max((pull for _, pull in pulls), default=0.0)
    stay = max(suspicion.get(entity, 0.0) - strongest, 0.0)
    whole = stay + sum(pull for _, pull in pulls)
    if whole <= 0:
        return [(entity, 1.0)]
    return [(entity, stay / whole), *((target, pull / whole) for target, pull in pulls)]
