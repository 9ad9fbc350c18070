"""The simple rules that a ranking of causes must beat. Each gives tie groups, best first, and knows the case alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bench.rca.cases import Case, Event, Relation
from whence.domain.event import Severity

Groups = list[list[str]]
_ORDER: Final = tuple(Severity)
_DAMPING: Final = 0.85
_PASSES: Final = 64
_PLACES: Final = 9  # decimals: what differs by less is a tie
_LAST: Final = (float("-inf"),)  # where a rule has nothing to say


def rankings(case: Case) -> dict[str, Groups]:
    """What every rule answers to the case, by the rule's name."""
    return _of_changes(case) if case.of == "changes" else _of_entities(case)


def _of_entities(case: Case) -> dict[str, Groups]:
    everyone = sorted({*(entity.id for entity in case.entities), *_alerting(case)})
    answers = {"random": [everyone]}
    for name, rate in _RULES.items():
        rates = rate(case)
        answers[name] = _groups(everyone, {entity: (value,) for entity, value in rates.items()})
    return answers


def _of_changes(case: Case) -> dict[str, Groups]:
    """What time alone says, then each rule of the entity changed: as it is, and with time between the changes."""
    changes = {change.id: change for change in case.changes}
    before = {key: _before(change, _onset(case)) for key, change in changes.items()}
    answers: dict[str, Groups] = {
        "random": [sorted(changes)] if changes else [],
        "oldest change": _groups(changes, {key: (-change.at.timestamp(),) for key, change in changes.items()}),
        "newest change": _groups(changes, {key: (change.at.timestamp(),) for key, change in changes.items()}),
        "newest before the first alert": _groups(changes, before),
    }
    for name, rate in _RULES.items():
        rates = rate(case)
        place = {key: (rates.get(change.entity or "", *_LAST),) for key, change in changes.items()}
        answers[f"{_CHANGED.get(name, name)}, its changes"] = _groups(changes, place)
        mixed = {key: (*place[key], *before[key]) for key in changes}
        answers[f"{_CHANGED.get(name, name)}, the newest before"] = _groups(changes, mixed)
    return answers


def _before(change: Event, onset: datetime) -> tuple[float, ...]:
    """Whether it was made by the first alert, and when."""
    return float(change.at <= onset), change.at.timestamp()


def _onset(case: Case) -> datetime:
    return min((event.at for event in case.problems), default=case.at)


def _first(case: Case) -> dict[str, float]:
    return {entity: -min(event.at for event in those).timestamp() for entity, those in _alerting(case).items()}


def _most_severe(case: Case) -> dict[str, float]:
    return {
        entity: float(max(_ORDER.index(event.severity) for event in those)) for entity, those in _alerting(case).items()
    }


def _rarity(case: Case) -> dict[str, float]:
    """Of the alert on it that is the rarest: how few others in the case are of its type."""
    count = Counter(event.type for event in case.problems)
    return {entity: max(1 / count[event.type] for event in those) for entity, those in _alerting(case).items()}


def _pagerank(case: Case) -> dict[str, float]:
    """Personalised: the walk begins anew at the alerting entities, all alike, and follows the relations."""
    alerting = _alerting(case)
    home = {entity: 1 / len(alerting) for entity in alerting}
    below = _below(case.relations)
    resting = home
    for _ in range(_PASSES):
        arrived = {entity: (1 - _DAMPING) * share for entity, share in home.items()}
        for entity, share in resting.items():
            targets = below.get(entity)
            onward = {target: 1 / len(targets) for target in targets} if targets else home
            for target, part in onward.items():
                arrived[target] = arrived.get(target, 0.0) + _DAMPING * share * part
        resting = arrived
    return resting


_RULES: Final[Mapping[str, Callable[[Case], dict[str, float]]]] = {
    "first event": _first,
    "most severe": _most_severe,
    "personalised PageRank": _pagerank,
    "rarity": _rarity,
}
_CHANGED: Final = {"first event": "first alerting changed entity"}


def _alerting(case: Case) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in case.problems:
        if event.entity is not None:
            found.setdefault(event.entity, []).append(event)
    return found


def _below(relations: Sequence[Relation]) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for relation in relations:
        below.setdefault(relation.source, []).append(relation.target)
    return below


def _groups(candidates: Iterable[str], rates: Mapping[str, tuple[float, ...]]) -> Groups:
    """The candidates by their rate, the highest first; those without one are last."""
    tied: dict[tuple[float, ...], list[str]] = {}
    for one in candidates:
        tied.setdefault(tuple(round(part, _PLACES) for part in rates.get(one, _LAST)), []).append(one)
    return [sorted(tied[rate]) for rate in sorted(tied, reverse=True)]
