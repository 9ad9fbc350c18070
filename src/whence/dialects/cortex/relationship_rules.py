"""What a type of relationships allows, beside those that stand. Pure.

Source: Cortex contract B5: `sourcesFilter`, `destinationsFilter`, `isSingleSource`, `isSingleDestination` and
`allowCycles`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from whence.dialects.cortex.relationship import End, Ends, Pair
from whence.dialects.cortex.relationship_type import Filter, RelationshipType

_CLOSED: Final = "The relationship would close a cycle"


class Rules:
    """Judges one relationship after the other, each beside those that stand and those that were added."""

    def __init__(self, kind: RelationshipType, standing: Iterable[Ends]) -> None:
        self._kind = kind
        self._destinations: dict[str, set[str]] = {}
        self._sources: dict[str, set[str]] = {}
        for ends in standing:
            self.add(ends)

    def __contains__(self, ends: Ends) -> bool:
        """Whether it stands, or waits for an end."""
        source, destination = ends
        return destination in self._destinations.get(source, ())

    def add(self, ends: Ends) -> None:
        """It stands now."""
        source, destination = ends
        self._destinations.setdefault(source, set()).add(destination)
        self._sources.setdefault(destination, set()).add(source)

    def refusal(self, pair: Pair) -> str | None:
        """Why the pair, which does not stand, must not; None: it may."""
        source, destination = pair.source, pair.destination
        kind = self._kind
        if why := self._misfit(source, kind.sources, "sources") or self._misfit(
            destination, kind.destinations, "destinations"
        ):
            return why
        if kind.has_single_destination and source.id in self._destinations:
            return f"{source.tag} has another destination already"
        if kind.has_single_source and destination.id in self._sources:
            return f"{destination.tag} has another source already"
        if not kind.has_cycles and self._leads(destination.id, source.id):
            return _CLOSED
        return None

    def _misfit(self, end: End, allowed: Filter, place: str) -> str | None:
        if end.entity is None or allowed.passes(end.type):
            return None
        return f"{end.tag} is of the type {end.type}, and {self._kind.tag} has no such {place}"

    def _leads(self, start: str, goal: str) -> bool:
        """Whether there is a way from the start over destinations to the goal; to itself there is."""
        if start == goal:
            return True
        if goal not in self._sources or start not in self._destinations:  # most often: what is added leads on, or began
            return False
        return goal in _reached(start, self._destinations)


def _reached(start: str, following: Mapping[str, set[str]]) -> set[str]:
    reached, border = {start}, [start]
    while border:
        new = following.get(border.pop(), set()) - reached
        reached |= new
        border += new
    return reached
