"""JSON values as the vendor's server takes them: what is written a little off is read as it was meant.

Null is absent everywhere. What cannot be meant is a `Misfit` at its path. Source: DESK contract 3.5.
"""

import re
from collections.abc import Iterator
from typing import Final, cast

from pydantic_core import to_json

from whence.dialects.desk.json_text import Step

Path = tuple[Step, ...]

_WHOLE: Final = re.compile(r"\s*(-?[0-9]{1,30})(\.[0-9]{1,30})?\s*", re.ASCII)
_TRUTH: Final = {"true": True, "false": False, "": None}


class Misfit(Exception):  # noqa: N818  said of a value, caught where its document is at hand
    """The value at the path has not the shape that belongs there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)


def text(value: object, path: Path) -> str | None:
    """A text; of a number or a truth its JSON text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise Misfit(path)
    return to_json(value).decode()


def whole(value: object, path: Path) -> int | None:
    """A whole number, also written as a text; a fraction is cut off, and an empty text is absent."""
    match value:
        case None | "":
            return None
        case bool():
            pass
        case int() | float():
            return int(value)
        case str() if found := _WHOLE.fullmatch(value):
            return int(found[1])
        case _:
            pass
    raise Misfit(path)


def truth(value: object, path: Path) -> bool | None:
    """True or false, also written as a text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUTH:
        return _TRUTH[value.lower()]
    raise Misfit(path)


def mapping(value: object, path: Path) -> dict[str, object] | None:
    """An object."""
    if value is None or isinstance(value, dict):
        return cast("dict[str, object] | None", value)
    raise Misfit(path)


def items(value: object, path: Path) -> Iterator[tuple[object, Path]]:
    """Each item of a list that is not null, with its path; what is no list is a list of one."""
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    for n, item in enumerate(listed):
        if item is not None:
            yield item, (*path, n)
