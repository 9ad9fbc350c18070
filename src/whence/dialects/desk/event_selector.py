"""The vendor's event selector, `status("OPEN"),eventType("ERROR_EVENT")`: what it says, no more. Pure.

A comma is AND; the values of a criterion are OR, and a criterion that comes again is AND. Source: DESK contract 5.5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from whence.dialects.desk import criteria
from whence.dialects.desk.criteria import Call, Unreadable
from whence.domain.errors import Invalid

PATH: Final = "eventSelector"
LONGEST: Final = 5000  # characters
MOST_VALUES: Final = 1000  # in all criteria together

ZONES: Final = "managementZoneId"
"""The criterion that nothing meets: nothing is in a zone."""

_PROPERTY: Final = "property."
_FLAGS: Final = ("underMaintenance", "suppressAlert", "suppressProblem", "frequentEvent")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "status": ("OPEN", "CLOSED"),
    **dict.fromkeys(_FLAGS, ("true", "false")),
}
_SINGLE: Final = frozenset({"eventType", *_CHOICES})
_NAMES: Final = frozenset({"eventId", "entityId", ZONES, "correlationId"}) | _SINGLE


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSelector:
    """What each event selected has in common. None does not narrow; an empty set selects nothing.

    `properties`: for each, the event's property of that key is one of the values.
    """

    event_ids: frozenset[str] | None = None
    entity_ids: frozenset[str] | None = None
    zone_ids: frozenset[str] | None = None
    correlation_ids: frozenset[str] | None = None
    types: frozenset[str] | None = None
    is_open: frozenset[bool] | None = None
    under_maintenance: frozenset[bool] | None = None
    suppresses_alert: frozenset[bool] | None = None
    suppresses_problem: frozenset[bool] | None = None
    is_frequent: frozenset[bool] | None = None
    properties: tuple[tuple[str, frozenset[str]], ...] = ()

    def of_type(self, name: str) -> Self:
        """The same of that type only."""
        types = frozenset({name})
        return replace(self, types=types if self.types is None else types & self.types)


def parse(text: str) -> EventSelector:
    """What the selector says; a blank one selects everything.

    Raises:
        Invalid: it cannot be read; at `eventSelector`, with the position, counted from 1.
    """
    if len(text) > LONGEST:
        raise Invalid.at(PATH, f"must have at most {LONGEST} characters")
    read = list(_criteria(text)) if text.strip() else []
    if sum(len(values) for _, values in read) > MOST_VALUES:
        raise Invalid.at(PATH, f"must name at most {MOST_VALUES} values")
    named: dict[str, frozenset[str]] = {}
    for name, values in read:
        if not name.startswith(_PROPERTY):
            named[name] = named.get(name, frozenset(values)).intersection(values)

    def truths(name: str, *, yes: str = "true") -> frozenset[bool] | None:
        return frozenset(value == yes for value in named[name]) if name in named else None

    return EventSelector(
        event_ids=named.get("eventId"),
        entity_ids=named.get("entityId"),
        zone_ids=named.get(ZONES),
        correlation_ids=named.get("correlationId"),
        types=named.get("eventType"),
        is_open=truths("status", yes="OPEN"),
        under_maintenance=truths("underMaintenance"),
        suppresses_alert=truths("suppressAlert"),
        suppresses_problem=truths("suppressProblem"),
        is_frequent=truths("frequentEvent"),
        properties=tuple(
            (name.removeprefix(_PROPERTY), frozenset(values)) for name, values in read if name.startswith(_PROPERTY)
        ),
    )


def _criteria(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each criterion's name and its values, checked."""
    try:
        for call in criteria.read(text):
            if not (call.name in _NAMES or (call.name.startswith(_PROPERTY) and len(call.name) > len(_PROPERTY))):
                raise _unreadable(call.position, f"there is no criterion {call.name}")
            values = [criteria.word(argument) for argument in call.arguments]
            yield call.name, _checked(call, values)
    except Unreadable as fault:
        raise _unreadable(fault.position) from None


def _checked(call: Call, values: list[str]) -> list[str]:
    if not values:
        raise _unreadable(call.position, f"{call.name} names nothing")
    if call.name in _SINGLE and len(values) > 1:
        raise _unreadable(call.position, f"{call.name} takes one value")
    if (choices := _CHOICES.get(call.name)) is None:
        return values
    spelled = {choice.casefold(): choice for choice in choices}
    if values[0].casefold() not in spelled:
        raise _unreadable(call.position, f"{call.name} must be any of [{', '.join(choices)}]")
    return [spelled[values[0].casefold()]]


def _unreadable(position: int, why: str = "") -> Invalid:
    where = f"Could not parse the event selector near position {position}"
    return Invalid.at(PATH, f"{where}: {why}" if why else where)
