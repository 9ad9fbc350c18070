"""[6.1] How severe a problem is, and what it hits."""

import pytest

from whence.dialects.desk import levels
from whence.dialects.desk.vocabulary import EVENT_TYPES
from whence.domain.event import Severity


@pytest.mark.parametrize(
    ("types", "severity", "expected"),
    [
        (["AVAILABILITY_EVENT", "ERROR_EVENT"], Severity.CRITICAL, "AVAILABILITY"),
        (["ERROR_EVENT", "PERFORMANCE_EVENT"], Severity.ERROR, "ERROR"),
        (["PERFORMANCE_EVENT", "RESOURCE_CONTENTION"], Severity.WARNING, "PERFORMANCE"),
        (["CUSTOM_ALERT", "RESOURCE_CONTENTION"], Severity.WARNING, "RESOURCE_CONTENTION"),
        (["CUSTOM_ALERT"], Severity.WARNING, "CUSTOM_ALERT"),
        (["RESOURCE_CONTENTION_EVENT"], Severity.CRITICAL, "RESOURCE_CONTENTION"),
        (["down"], Severity.CRITICAL, "AVAILABILITY"),
        (["down"], Severity.ERROR, "ERROR"),
        (["down"], Severity.WARNING, "CUSTOM_ALERT"),
        (["down"], Severity.INFO, "CUSTOM_ALERT"),
        (["CUSTOM_INFO"], Severity.ERROR, "ERROR"),
        (["PERFORMANCE_EVENT", "down"], Severity.CRITICAL, "AVAILABILITY"),
        (["PERFORMANCE_EVENT", "down"], Severity.WARNING, "PERFORMANCE"),
        ([], Severity.CRITICAL, "CUSTOM_ALERT"),
    ],
)
def test_the_highest_of_its_events(types: list[str], severity: Severity, expected: str) -> None:
    """[6.1] In the vendor's order; of what others reported, by how severe it is."""
    assert levels.severity(types, severity) == expected
    assert levels.severity(reversed(types), severity) == expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], "ENVIRONMENT"),
        (["ENVIRONMENT"], "ENVIRONMENT"),
        (["HOST", "ENVIRONMENT"], "INFRASTRUCTURE"),
        (["HOST", "SERVICE_METHOD"], "SERVICE"),
        (["HOST", "SERVICE", "SYNTHETIC_TEST"], "APPLICATION"),
        (["CUSTOM_DEVICE"], "INFRASTRUCTURE"),
    ],
)
def test_what_people_notice_first(kinds: list[str], expected: str) -> None:
    """[5.1] [5.2] Of all that is affected."""
    assert levels.impact(f"{kind}-00000000000000AA" for kind in kinds) == expected


def test_own_types_of_levels() -> None:
    """[3.3] Each level but one is of one type; monitoring is never unavailable here."""
    assert {level: levels.types_of([level]) for level in levels.SEVERITIES} == {
        "MONITORING_UNAVAILABLE": (),
        **{of.severity_level: (name,) for name, of in EVENT_TYPES.items() if of.severity_level},
    }
