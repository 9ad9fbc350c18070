"""A link that a person may follow from an event or an entity."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An http or https address and what it is called (may be empty)."""

    title: str = ""
    url: str
