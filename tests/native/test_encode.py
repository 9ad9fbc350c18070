"""From the domain's values to JSON."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOW, event
from whence.dialects.native import encode
from whence.domain.event import Kind, Severity


def test_an_event_says_when_it_was_changed() -> None:
    """What nobody changed was updated when it was received; what somebody did, when they did."""
    untouched = event(kind=Kind.CHANGE, severity=Severity.INFO)
    changed = replace(untouched, updated_at=NOW + timedelta(seconds=1))

    assert encode.event(untouched)["updated_at"] == encode.event(untouched)["received_at"] == encode.instant(NOW)
    assert encode.event(changed)["received_at"] == encode.instant(NOW)
    assert encode.event(changed)["updated_at"] == encode.instant(NOW + timedelta(seconds=1))
