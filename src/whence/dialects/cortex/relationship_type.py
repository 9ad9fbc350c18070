"""A type of relationships: what people call it, and which relationships it allows. Pure.

It is a document of the account. Source: Cortex contract B5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, cast

from whence.dialects.cortex.descriptor_rules import LONGEST_TYPE
from whence.dialects.cortex.entity_type import is_built_in
from whence.dialects.cortex.fields import Fields
from whence.domain.document import Document

KIND: Final = "relationship-type"
_LOCATIONS: Final = ("SOURCE", "DESTINATION", "BOTH")
_LABELS: Final = ("sourceLabelSingular", "sourceLabelPlural", "destinationLabelSingular", "destinationLabelPlural")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entities may be at an end: of these types, or (not `includes`) of all others. No types limit nothing."""

    includes: bool
    types: frozenset[str]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """The filter as it is kept; a type that every account has is the same in whatever case."""
        types = frozenset(name.lower() if is_built_in(name) else name for name in said["types"])
        return cls(includes=said["include"], types=types)

    def passes(self, spelled: str) -> bool:
        """Whether an entity of the type, as it is shown, may be there."""
        return not self.types or (spelled in self.types) == self.includes


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipType:
    """What a type allows: which `sources` and `destinations`, how many of either, and whether in a circle."""

    tag: str
    sources: Filter
    destinations: Filter
    has_single_source: bool
    has_single_destination: bool
    has_cycles: bool

    @classmethod
    def of(cls, document: Document) -> Self:
        """The type that is kept so."""
        said = cast("dict[str, Any]", document.value)
        return cls(
            tag=document.key,
            sources=Filter.of(said["sourcesFilter"]),
            destinations=Filter.of(said["destinationsFilter"]),
            has_single_source=said["isSingleSource"],
            has_single_destination=said["isSingleDestination"],
            has_cycles=said["allowCycles"],
        )


def said(fields: Fields) -> dict[str, object]:
    """What a body says of a type; what is wrong with it is a fault of the fields. What it leaves out limits nothing."""
    texts = {"name": fields.required_text("name"), "description": fields.text("description")}
    location = fields.text("definitionLocation")
    if location not in {None, *_LOCATIONS}:
        fields.fault("definitionLocation", f"must be one of {', '.join(_LOCATIONS)}")
    rules = {
        "definitionLocation": location or _LOCATIONS[-1],
        "allowCycles": fields.flag("allowCycles", otherwise=True),
        "isSingleSource": fields.flag("isSingleSource", otherwise=False),
        "isSingleDestination": fields.flag("isSingleDestination", otherwise=False),
        "createCatalog": fields.flag("createCatalog", otherwise=False),
        "sourcesFilter": _filter(fields, "sourcesFilter"),
        "destinationsFilter": _filter(fields, "destinationsFilter"),
        "inheritances": _inheritances(fields),
    }
    labels = {name: fields.text(name) for name in _LABELS}
    return {name: value for name, value in {**texts, **rules, **labels}.items() if value is not None}


def told(document: Document) -> dict[str, object]:
    """The type as an answer has it."""
    return {"tag": document.key, **cast("dict[str, object]", document.value), "isCortexManaged": False}


def tag(fields: Fields) -> str:
    """By which it is known."""
    return fields.required_text("tag", most=LONGEST_TYPE)


def _filter(fields: Fields, name: str) -> dict[str, object]:
    part = fields.part(name)
    return {"include": part.flag("include", otherwise=True), "types": part.texts("types", most=LONGEST_TYPE)}


def _inheritances(fields: Fields) -> list[Any]:
    """Any objects: they are kept, and nothing is inherited by them."""
    items = fields.json_list("inheritances") or []
    for n, item in enumerate(items):
        if not isinstance(item, dict):
            fields.fault(f"inheritances[{n}]", "must be an object")
    return items
