"""Dotted paths into a JSON value: `detail.items.0.name`. A number leads into a list."""

from collections.abc import Mapping
from typing import Final, cast

ABSENT: Final = object()  # null is there

_MOST_DIGITS: Final = 9  # of an index: no list is that long


def step(value: object, name: str) -> object:
    """What `name` leads to; `ABSENT` where that is nothing."""
    match value:
        case Mapping():
            return cast("Mapping[str, object]", value).get(name, ABSENT)
        case list():
            place = index(name)
            inner = cast("list[object]", value)
            return inner[place] if place is not None and place < len(inner) else ABSENT
        case _:
            return ABSENT


def follow(value: object, path: str) -> object:
    """What the path leads to; `ABSENT` where that is nothing."""
    for name in path.split("."):
        value = step(value, name)
    return value


def index(name: str) -> int | None:
    """The place in a list that the name spells, if it spells one."""
    return int(name) if name.isascii() and name.isdigit() and len(name) <= _MOST_DIGITS else None
