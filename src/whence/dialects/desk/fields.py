"""JSON values as the vendor's server takes them: what is written a little off is read as it was meant.

Null is absent everywhere. What cannot be meant is a `Misfit` at its path. Source: DESK contract 3.5.

A number that stands for a text is its digits, which the compiled decoder does not keep: whoever meets one that may have
had other digits is `Inexact`, and `read` starts again with the document's exact numbers.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Final, TypeVar, cast

from pydantic_core import from_json, to_json

from whence.dialects.desk.json_text import Document, Fraction, Step, Written, Zero, spelled, unmapped

NOTHING: Final = (None, 0, "")
"""What says nothing, wherever it stands."""

T = TypeVar("T")

Path = tuple[Step, ...]

_WHOLE: Final = re.compile(r"\s*(-?[0-9]{1,30})(\.[0-9]{1,30})?\s*", re.ASCII)
_LONGEST_QUOTED: Final = 100  # characters of a caller's key in a warning
_TRUTH: Final = {"true": True, "false": False, "": None}
_WRITTEN: Final = frozenset({Fraction, Zero})


class Misfit(Exception):  # noqa: N818  said of a value, caught where its document is at hand
    """The value at the path has not the shape that belongs there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)


class Inexact(Exception):  # noqa: N818  said of a value, caught where its document is at hand
    """The digits of a number count that are known no more."""


def read(document: Document, meaning: Callable[[object], T]) -> T:
    """What the document's value means.

    Raises:
        Invalid: something in it has not the shape that belongs there; the first such value, and nothing besides.
    """
    try:
        try:
            return meaning(document.value)
        except Inexact:
            return meaning(document.exact)
    except Misfit as misfit:
        raise unmapped(document.text, misfit.path) from None


def text(value: object, path: Path) -> str | None:
    """A text; of a number or a truth its JSON text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise Misfit(path)
    if isinstance(value, Written):
        return value.text
    if _is_inexact(value):
        raise Inexact
    return to_json(value).decode()


def properties(value: object, path: Path) -> Mapping[str, object]:
    """An object as it was sent; an empty list is what some languages make of an empty one.

    A number whose value gives its digits back is one, any other its digits. Deeper down numbers are their values.
    """
    sent = mapping(None if value == [] else value, path)
    if not sent:
        return {}
    kinds = set(map(type, sent.values()))
    if float in kinds or (int in kinds and 0 in sent.values() and any(map(_is_inexact, sent.values()))):
        raise Inexact
    if kinds.isdisjoint(_WRITTEN):  # nearly always
        return sent
    return {key: _kept(item) if isinstance(item, Written) else item for key, item in sent.items()}


def _is_inexact(value: object) -> bool:
    """Whether other digits may have stood where the decoder found this."""
    return type(value) is float or (type(value) is int and not value)


def _kept(number: Written) -> object:
    value: object = from_json(number.text)
    return value if to_json(value).decode() == number.text else number.text


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


def unread(sent: Mapping[str, object], known: Container[str], path: Path = ()) -> Iterator[str]:
    """A sentence for each key of the object at the path that is unknown and says something."""
    for key, value in sent.items():
        if key not in known and value not in NOTHING:
            yield unknown(spelled((*path, key)))


def unknown(name: str) -> str:
    """The sentence for a field that is not known; its name is a caller's, and may be of any length."""
    return f'unknown field "{name if len(name) <= _LONGEST_QUOTED else f"{name[:_LONGEST_QUOTED]}..."}" ignored'


def items(value: object, path: Path) -> Iterator[tuple[object, Path]]:
    """Each item of a list that is not null, with its path; what is no list is a list of one."""
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    for n, item in enumerate(listed):
        if item is not None:
            yield item, (*path, n)
