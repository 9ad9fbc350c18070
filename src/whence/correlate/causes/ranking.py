"""Rank what can have caused the alerts of a window: entities or changes, best first, each with its reasons.

Pure: no clock, no await, no chance. The same evidence, in any order, gives the same ranking.
"""

from collections.abc import Iterable
from typing import Final

from whence.correlate.causes import reasons
from whence.correlate.causes.changes import Trace, trace
from whence.correlate.causes.evidence import Evidence
from whence.correlate.causes.scene import Scene, survey
from whence.domain.cause import Cause, Of, Ranking

CHANGE: Final = 0.15  # of an entity's score: the most suspected change on it; small, as most faults have none
LIKELY: Final = 0.3  # half of what the right place and time make without a word: below, say that none is likely
LEAST: Final = 0.01  # a lesser score is no suspicion
MOST: Final = 50  # causes in an answer


def rank(evidence: Evidence, *, of: Of, limit: int = MOST) -> Ranking:
    """The likely causes of what alerts in the evidence's window. Nothing alerts: no causes."""
    scene = survey(evidence)
    traces = trace(scene)
    ranked = _changes(traces, scene, limit) if of is Of.CHANGES else _entities(traces, scene, limit)
    causes = tuple(cause for cause in ranked if cause.score >= LEAST)
    return Ranking(causes=causes, likely=bool(causes) and causes[0].score >= LIKELY)


def _changes(traces: Iterable[Trace], scene: Scene, limit: int) -> list[Cause]:
    """Of two that are suspected alike, the earlier is first: more of the symptoms came after it."""
    best = sorted(traces, key=lambda found: (-round(found.score, reasons.PLACES), found.change.at, found.change.id))
    causes: list[Cause] = []
    for found in best[:limit]:
        why = reasons.of_change(found, scene)
        causes.append(Cause(score=reasons.total(why), entity_id=found.entity, event_id=found.change.id, reasons=why))
    return sorted(causes, key=lambda cause: -cause.score)


def _entities(traces: Iterable[Trace], scene: Scene, limit: int) -> list[Cause]:
    changed: dict[str, Trace] = {}
    for found in sorted(traces, key=lambda found: (found.score, found.change.id)):
        if found.change.entities and found.entity is not None:
            changed[found.entity] = found
    scores = {
        entity: (1 - CHANGE) * suspect.score + (CHANGE * changed[entity].score if entity in changed else 0.0)
        for entity, suspect in scene.suspects.items()
    }
    causes: list[Cause] = []
    for entity in sorted(scores, key=lambda entity: (-round(scores[entity], reasons.PLACES), entity))[:limit]:
        why = reasons.of_entity(scene.suspects[entity], changed.get(entity), (1 - CHANGE, CHANGE), scene)
        causes.append(Cause(score=reasons.total(why), entity_id=entity, event_id=None, reasons=why))
    return sorted(causes, key=lambda cause: -cause.score)
