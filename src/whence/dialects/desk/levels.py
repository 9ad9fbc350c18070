"""How severe a problem is, and what it hits, in the vendor's words. Pure.

A problem has the highest of what its events have (DESK contract 6.1). What other dialects reported counts as the type
that it is told as.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from whence.dialects.desk import ids, nearest
from whence.dialects.desk.vocabulary import EVENT_TYPES, EventType
from whence.domain.event import Severity

SEVERITIES: Final = (
    "MONITORING_UNAVAILABLE", "AVAILABILITY", "ERROR", "PERFORMANCE", "RESOURCE_CONTENTION", "CUSTOM_ALERT",
)  # fmt: skip
"""The worst first."""
IMPACTS: Final = ("APPLICATION", "SERVICE", "INFRASTRUCTURE", "ENVIRONMENT")
"""In the words of the first version, what people notice first."""
V2_IMPACTS: Final[Mapping[str, str]] = {level: "SERVICES" if level == "SERVICE" else level for level in IMPACTS}
"""Each version has its own word; DESK contract 10."""

APPLICATIONS: Final = frozenset({
    "APPLICATION", "APPLICATION_METHOD", "APPLICATION_METHOD_GROUP", "AUXILIARY_SYNTHETIC_TEST", "CUSTOM_APPLICATION",
    "DCRUM_APPLICATION", "DEVICE_APPLICATION_METHOD", "DEVICE_APPLICATION_METHOD_GROUP", "EXTERNAL_SYNTHETIC_TEST_STEP",
    "HTTP_CHECK", "HTTP_CHECK_STEP", "MOBILE_APPLICATION", "MULTIPROTOCOL_MONITOR", "SYNTHETIC_TEST",
    "SYNTHETIC_TEST_STEP",
})  # fmt: skip
SERVICES: Final = frozenset({
    "DCRUM_SERVICE", "DCRUM_SERVICE_INSTANCE", "SERVICE", "SERVICE_INSTANCE", "SERVICE_METHOD", "SERVICE_METHOD_GROUP",
})  # fmt: skip
"""Types of entities; all but these and the environment are infrastructure. DESK contract 5.1, `impactLevel`."""

_LEVELS: Final[Mapping[str, str]] = {
    **dict.fromkeys(sorted(APPLICATIONS), "APPLICATION"),
    **dict.fromkeys(sorted(SERVICES), "SERVICE"),
    ids.ENVIRONMENT: "ENVIRONMENT",
}


def impact_of_type(entity_type: str) -> str:
    """What is hit when an entity of the type fails."""
    return _LEVELS.get(entity_type, "INFRASTRUCTURE")


def impact(entity_ids: Iterable[str]) -> str:
    """What is hit when all of these fail; the environment, when it is none in particular."""
    return min((impact_of_type(ids.type_of(name)) for name in entity_ids), key=IMPACTS.index, default="ENVIRONMENT")


def severity(types: Iterable[str], severity: Severity) -> str:
    """How severe alerts of these stored types are, the most severe of which has that severity."""
    return min((_severity_of(nearest.alert_type(name, severity)) for name in types), key=rank, default="CUSTOM_ALERT")


def rank(severity_level: str) -> int:
    """From 0, the worst, on."""
    return SEVERITIES.index(severity_level)


def types_of(severity_levels: Iterable[str]) -> tuple[str, ...]:
    """The stored types of this dialect's own events of the levels."""
    wanted = set(severity_levels)
    return tuple(name for name, of in EVENT_TYPES.items() if of.severity_level in wanted)


def _severity_of(of: EventType) -> str:
    return of.severity_level or SEVERITIES[-1]
