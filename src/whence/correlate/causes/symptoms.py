"""What the alerts of a window say about the entities that they are on."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from whence.correlate.causes.dependence import named
from whence.correlate.causes.evidence import Evidence, Symptom
from whence.correlate.causes.rarity import Wording, distinct, unusual, wording
from whence.domain.event import Severity

SEVERITY: Final[Mapping[Severity, float]] = {
    Severity.INFO: 0.2,
    Severity.WARNING: 0.5,
    Severity.ERROR: 0.8,
    Severity.CRITICAL: 1.0,
}  # the chance that a report of this severity means a fault: even steps, since senders agree on the order only
LOCAL: Final = 1.5  # a resource that runs out and a crash are felt where they happen; slowness and errors are inherited
MOST: Final = 0.95  # no report is certain
SHORTEST_HOURS: Final = 1 / 12  # a background rate is asked for at least one five-minute round
_LOCAL: Final = re.compile(
    r"cpu|memory|heap|disk|\boom|panic|crash|restart|throttl|no space|exhaust|segfault|deadlock", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptoms:
    """The alerts of the window by entity, earliest first, and the strength of each alert and of each entity's own."""

    alerts: Mapping[str, Sequence[Symptom]]
    strength: Mapping[str, float]
    told: Mapping[UUID, float]

    def onset(self, entity: str) -> datetime:
        """When the entity's first alert came."""
        return self.alerts[entity][0].at


def observe(evidence: Evidence, known: Mapping[str, str]) -> Symptoms:
    """The symptoms in the evidence's window. An alert on nothing counts for the one entity that its title names."""
    since = evidence.at - evidence.lookback
    recent = (alert for alert in evidence.alerts if since <= alert.at <= evidence.at)
    placed = ((_entity(alert, known), alert) for alert in recent)
    window = sorted(
        (replace(alert, entity=entity) for entity, alert in placed if entity is not None),
        key=lambda alert: (alert.at, alert.id, alert.entity),
    )
    alerts: dict[str, list[Symptom]] = {}
    for alert in window:
        alerts.setdefault(alert.entity or "", []).append(alert)
    said = {alert.id: wording(alert, known) for alert in window}
    told = _told(window, evidence, said)
    strength = {entity: _together(those, told, said) for entity, those in sorted(alerts.items())}
    return Symptoms(alerts=alerts, strength=strength, told=told)


def _entity(alert: Symptom, known: Mapping[str, str]) -> str | None:
    if alert.entity is not None:
        return alert.entity
    spoken_of = named(alert.title, known)
    return spoken_of.pop() if len(spoken_of) == 1 else None


def _told(window: Sequence[Symptom], evidence: Evidence, said: Mapping[UUID, Wording]) -> dict[UUID, float]:
    if not window:
        return {}
    hours = max((evidence.at - window[0].at).total_seconds() / 3600, SHORTEST_HOURS)
    apart = distinct(window, said)
    return {
        alert.id: min(SEVERITY[alert.severity] * (LOCAL if _is_local(alert) else 1.0), MOST)
        * apart[said[alert.id]]
        * unusual(alert.entity or "", alert.type, evidence.background, hours=hours)
        for alert in window
    }


def _is_local(alert: Symptom) -> bool:
    return _LOCAL.search(alert.type) is not None or _LOCAL.search(alert.title) is not None


def _together(alerts: Sequence[Symptom], told: Mapping[UUID, float], said: Mapping[UUID, Wording]) -> float:
    """The chance that one of the alerts is right; the same complaint again tells nothing new."""
    strongest: dict[Wording, float] = {}
    for alert in alerts:
        words = said[alert.id]
        strongest[words] = max(strongest.get(words, 0.0), told[alert.id])
    return 1 - math.prod(1 - strongest[words] for words in sorted(strongest))
