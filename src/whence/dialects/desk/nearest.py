"""The vendor's type of any event: its own, or the nearest one to what another dialect reported. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from whence.dialects.desk.vocabulary import BY_ANY_NAME, EVENT_TYPES, EventType
from whence.domain.event import Event, Kind, Severity

WARNING: Final = EventType(
    name="WARNING",
    v2_name="WARNING",
    shown="Warning",
    kind=Kind.INFO,
    severity=Severity.WARNING,
    severity_level=None,
    texts=EVENT_TYPES["CUSTOM_INFO"].texts,
)
"""A type that only the second version of the API has: a point that opens nothing; DESK contract 5.3 and 6."""

V2_EVENT_TYPES: Final[Mapping[str, EventType]] = {**BY_ANY_NAME, WARNING.name: WARNING}

_SEPARATORS: Final = re.compile(r"[\W_]+")
_DEPLOYMENT: Final = re.compile("deploy|rollout|rollback|release")
_CONFIGURATION: Final = re.compile("config|featureflag")
_PROBLEMS: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "AVAILABILITY_EVENT",
    Severity.ERROR: "ERROR_EVENT",
    Severity.WARNING: "CUSTOM_ALERT",
    Severity.INFO: "CUSTOM_ALERT",
}


def event_type(event: Event) -> EventType:
    """The type; one that the reporter named counts when it is of the event's kind."""
    own = V2_EVENT_TYPES.get(event.type)
    if own is not None and own.kind is event.kind:
        return own
    return EVENT_TYPES[_nearest(event)]


def alert_type(name: str, severity: Severity) -> EventType:
    """The type of an alert's event, by the type that was reported and how severe it is."""
    own = V2_EVENT_TYPES.get(name)
    return own if own is not None and own.opens_problem else EVENT_TYPES[_PROBLEMS[severity]]


def kinds(of: EventType) -> tuple[Kind, ...]:
    """The kinds of event that can read as the type."""
    if of.opens_problem or of.kind is Kind.CHANGE:
        return (of.kind,)
    return (Kind.CHANGE, Kind.INFO, Kind.RECOVERY)


def _nearest(event: Event) -> str:
    if event.kind is Kind.PROBLEM:
        return _PROBLEMS[event.severity]
    if event.kind is Kind.CHANGE:
        word = _SEPARATORS.sub("", event.type).casefold()
        if _DEPLOYMENT.search(word):
            return "CUSTOM_DEPLOYMENT"
        if _CONFIGURATION.search(word):
            return "CUSTOM_CONFIGURATION"
    return "CUSTOM_INFO"
