"""The properties by which a sender says how its event is to be taken, and what they come to. Pure.

Source: DESK contract 5.3, control properties; 6.14 and 6.15.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from whence.dialects.desk import encode
from whence.dialects.desk.vocabulary import EventType
from whence.domain.event import Handling

ALLOW_MERGE: Final = encode.FIELDS["allowDavisMerge"]
SWITCHES: Final = frozenset({
    ALLOW_MERGE, encode.ALLOW_FREQUENT, encode.ALLOW_REMAPPING, encode.ROOT_CAUSE, encode.SUPPRESSED,
})  # fmt: skip
NEWER_NAMES: Final[Mapping[str, str]] = {
    "dt.davis.timeout": encode.FIELDS["timeoutMinutes"],
    "dt.davis.is_merging_allowed": ALLOW_MERGE,
    "dt.davis.is_frequent_issue_detection_allowed": encode.ALLOW_FREQUENT,
    "dt.davis.is_entity_remapping_allowed": encode.ALLOW_REMAPPING,
    "dt.davis.is_rootcause_relevant": encode.ROOT_CAUSE,
    "dt.davis.is_problem_suppressed": encode.SUPPRESSED,
}
"""The first name of each control property that has a newer one."""

_CUSTOM_ALERT: Final = "CUSTOM_ALERT"  # a problem of its own, unless its sender says otherwise
_TRUTH: Final = {"true": True, "false": False}


def handling(
    event_type: EventType, properties: Mapping[str, object], *, allow_merge: bool | None = None
) -> frozenset[Handling]:
    """How the alert of such an event is to be taken; nothing of what opens none.

    Args:
        properties: the sender's own. A switch that is neither true nor false says nothing.
        allow_merge: as a field of its own says it, which counts more.
    """
    if not event_type.opens_problem:
        return frozenset()
    said = {NEWER_NAMES[name]: properties[name] for name in NEWER_NAMES.keys() & properties.keys()}
    said |= {name: properties[name] for name in SWITCHES & properties.keys() if properties[name] is not None}
    if allow_merge is not None:
        said[ALLOW_MERGE] = allow_merge
    return frozenset(_asked(event_type, said))


def _asked(event_type: EventType, said: Mapping[str, object]) -> Iterator[Handling]:
    if not _truth(said.get(ALLOW_MERGE), usual=event_type.name != _CUSTOM_ALERT):
        yield Handling.ALONE
    if not _truth(said.get(encode.ROOT_CAUSE), usual=True):
        yield Handling.NO_CAUSE
    if _truth(said.get(encode.SUPPRESSED), usual=False):
        yield Handling.NO_PROBLEM
    if not _truth(said.get(encode.ALLOW_FREQUENT), usual=True):
        yield Handling.ALWAYS


def _truth(value: object, *, usual: bool) -> bool:
    if isinstance(value, bool):
        return value
    return _TRUTH.get(value.strip().lower(), usual) if isinstance(value, str) else usual
