"""A relationship: a source stands to a destination in a way that people have named. Pure.

Some are said by a descriptor, that of either end, and stand for as long as it says so; the others were made by calls.
Source: Cortex contract B5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from whence.dialects.cortex.descriptor_rules import LONGEST_NAME, LONGEST_TYPE, RELATIONSHIPS, tag_of
from whence.domain.entity import Entity
from whence.domain.tie import Tie, Tied

CALL: Final = "call"  # what speaks of those that calls have made
DESTINATIONS: Final = "destinations"
SOURCES: Final = "sources"

Ends = tuple[str, str]  # source and destination, each by its id; one that is not there by the name that it was given


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """An end as a call names it. `entity`: whose tag or generated id that is, if anybody's; `type`: as it is shown."""

    name: str
    entity: Entity | None = None
    type: str = ""

    @property
    def id(self) -> str:
        """What tells it from other ends."""
        return self.name if self.entity is None else self.entity.id

    @property
    def tag(self) -> str:
        """By which answers name it."""
        return self.name if self.entity is None else self.entity.tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A relationship as a call names it."""

    source: End
    destination: End

    @property
    def ends(self) -> Ends:
        """What tells it from others of its type."""
        return self.source.id, self.destination.id

    @property
    def missing(self) -> str | None:
        """Which end is not there, if one is not."""
        for place, end in (("Source", self.source), ("Destination", self.destination)):
            if end.entity is None:
                return f"{place} entity not found: {end.name}"
        return None

    def tied(self, type_: str) -> Tied | None:
        """As it is kept: of its source, or of its destination while that alone is there; None: neither is."""
        if self.source.entity is not None:
            return _made(self.source, self.destination, type_, outgoing=True)
        if self.destination.entity is not None:
            return _made(self.destination, self.source, type_, outgoing=False)
        return None


def declared(info: Mapping[str, Any]) -> tuple[Tie, ...]:
    """What a descriptor says in `info` of its entity; what has no shape of a relationship is left out."""
    return tuple(dict.fromkeys(_declared(info)))


def _declared(info: Mapping[str, Any]) -> Iterator[Tie]:
    for item in _list(info.get(RELATIONSHIPS)):
        said = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        if not (type_ := _name(said.get("tag"), LONGEST_TYPE)):
            continue
        for key, outgoing in ((DESTINATIONS, True), (SOURCES, False)):
            for other in _list(said.get(key)):
                tag = cast("dict[str, object]", other).get("tag") if isinstance(other, dict) else other
                if name := _name(tag, LONGEST_NAME):
                    yield Tie(type=type_, other=name, by_tag=True, outgoing=outgoing)


def _made(owner: End, other: End, type_: str, *, outgoing: bool) -> Tied:
    is_there = other.entity is not None
    tie = Tie(type=type_, other=other.id, by_tag=not is_there, outgoing=outgoing)
    return Tied(owner=owner.id, origin=CALL, tie=tie, other_id=other.id if is_there else None)


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _name(value: object, most: int) -> str:
    """A name as a descriptor spells it, or a number's digits; empty where it is none, or longer than may be."""
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return name if len(name := tag_of(value)) <= most else ""
