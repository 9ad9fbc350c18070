"""The vendor's problem selector, `status("open"),severityLevel("ERROR")`: what it says, no more. Pure.

A comma is AND; the values of a criterion are OR, and a criterion that comes again is AND. Source: DESK contract 5.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from whence.dialects.desk import criteria, levels
from whence.dialects.desk.criteria import Call, Unreadable
from whence.domain.errors import Invalid

PATH: Final = "problemSelector"
LONGEST: Final = 5000  # characters
MOST_VALUES: Final = 1000  # in all criteria together
LONGEST_TEXT: Final = 30  # characters that are searched for

STATUSES: Final = ("OPEN", "CLOSED")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "status": STATUSES,
    "severityLevel": levels.SEVERITIES,
    "impactLevel": tuple(levels.V2_IMPACTS.values()),
    "underMaintenance": ("true", "false"),
}
_SINGLE: Final = frozenset({"status", "underMaintenance", "text"})
ENTITIES: Final = frozenset({"rootCauseEntity", "impactedEntities", "affectedEntities"})
"""The criteria that name entities."""
NOBODYS: Final = frozenset({"managementZoneIds", "managementZones", "problemFilterIds", "problemFilterNames"})
"""What there is none of here: nothing is in a zone, and nothing passes a profile."""
_NAMES: Final = (
    ENTITIES | NOBODYS | _CHOICES.keys() | {"affectedEntityTypes", "problemId", "entityTags", "displayId", "text"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """That one of the values is the problem's. Choices are spelled as the vendor does, ids as they are written."""

    name: str
    values: frozenset[str]


def parse(text: str) -> tuple[Criterion, ...]:
    """What the selector says; a blank one selects everything.

    Raises:
        Invalid: it cannot be read; at `problemSelector`, with the position, counted from 1.
    """
    if len(text) > LONGEST:
        raise Invalid.at(PATH, f"must have at most {LONGEST} characters")
    try:
        read = tuple(map(_criterion, criteria.read(text))) if text.strip() else ()
    except Unreadable as fault:
        raise _unreadable(fault.position) from None
    if sum(len(one.values) for one in read) > MOST_VALUES:
        raise Invalid.at(PATH, f"must name at most {MOST_VALUES} values")
    return read


def _criterion(call: Call) -> Criterion:
    if call.name not in _NAMES:
        raise _unreadable(call.position, f"there is no criterion {call.name}")
    values = [criteria.word(argument) for argument in call.arguments]
    if not values:
        raise _unreadable(call.position, f"{call.name} names nothing")
    if call.name in _SINGLE and len(values) > 1:
        raise _unreadable(call.position, f"{call.name} takes one value")
    return Criterion(name=call.name, values=frozenset(_spelled(call, value) for value in values))


def _spelled(call: Call, value: str) -> str:
    if (choices := _CHOICES.get(call.name)) is not None:
        spelled = {choice.casefold(): choice for choice in choices}
        if value.casefold() not in spelled:
            raise _unreadable(call.position, f"{call.name} must be any of [{', '.join(choices)}]")
        return spelled[value.casefold()]
    if call.name == "text" and len(value) > LONGEST_TEXT:
        raise _unreadable(call.position, f"text has at most {LONGEST_TEXT} characters")
    return value


def _unreadable(position: int, why: str = "") -> Invalid:
    where = f"Could not parse the problem selector near position {position}"
    return Invalid.at(PATH, f"{where}: {why}" if why else where)
