"""The JSON document that a body begins with, and where in it a value stands.

Reading is the compiled decoder's work; finding a line and a column is done only to say what is wrong.
Source: DESK contract 3.5 and 3.9.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from json import JSONDecoder
from typing import Any, Final, Self

from whence.dialects.request import json_value
from whence.domain.errors import Invalid

Step = str | int  # a key of an object, or the index in a list

_FAULT: Final = re.compile(r"is not valid JSON: (.*) at line ([0-9]+) column ([0-9]+)")
_BEHIND: Final = "trailing characters"
_BLANKS: Final = re.compile(r"[ \t\n\r]*")
# To find where a value ends; what its numbers are does not matter, and their digits cost time.
_SKIP: Final = JSONDecoder(parse_int=len, parse_float=len)


class Fraction(float):
    """A number with a fraction or an exponent that knows its text: `1.10` and `1e3` do not come out of its value."""

    text: str

    def __new__(cls, text: str, /) -> Self:
        """The number that the text spells."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class Zero(int):
    """Zero that knows its text, which may be `-0`."""

    text: str

    def __new__(cls, text: str, /) -> Self:
        """The number that the text spells."""
        number = super().__new__(cls, text)
        number.text = text
        return number


Written = Fraction | Zero
"""A number that knows how it was written; any other whole number comes out of its value as it went in."""


def _whole(text: str) -> int:
    return Zero(text) if text in {"0", "-0"} else int(text)


_EXACT: Final = JSONDecoder(parse_int=_whole, parse_float=Fraction, strict=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A JSON value, its own text, and whether anything but blanks came behind it."""

    value: Any
    text: str
    has_more: bool

    @property
    def exact(self) -> Any:  # noqa: ANN401  JSON is anything
        """The value, with each number whose text its value does not tell as a `Written`.

        It takes some times as long as reading did, and few need it.
        """
        return _EXACT.decode(self.text)


def document(raw: bytes) -> Document:
    """The first JSON value of the bytes.

    Raises:
        Invalid: there is none (the message has the position), or it holds what cannot be stored (with paths).
    """
    try:
        return Document(value=json_value(raw), text=raw.decode(), has_more=False)
    except Invalid as refusal:
        fault = _FAULT.fullmatch(refusal.violations[0].message)
        if fault is None:
            raise
    line, column = int(fault[2]), max(1, int(fault[3]))
    start = _line_start(raw, line)
    if fault[1] == _BEHIND:
        own = raw[: start + column - 1]
        return Document(value=json_value(own), text=own.decode(), has_more=True)
    column = len(raw[start : start + column - 1].decode(errors="replace")) + 1  # of characters: it counts bytes
    raise Invalid.at("", f"Could not parse JSON near line {line} column {column}")


def unmapped(text: str, path: Sequence[Step]) -> Invalid:
    """The refusal of the value at the path in the document's text: it has not the shape that belongs there."""
    at = _place(text, path)
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return Invalid.at("", f"Could not map JSON at '{spelled(path)}' near line {line} column {column}")


def spelled(path: Sequence[Step]) -> str:
    """The path as violations have it: `attachRules.tagRule[0].meTypes`."""
    said = ""
    for step in path:
        said += f"[{step}]" if isinstance(step, int) else f".{step}" if said else step
    return said


def _line_start(raw: bytes, line: int) -> int:
    return len(raw) - len(raw.split(b"\n", line - 1)[-1])


def _place(text: str, path: Sequence[Step]) -> int:
    """Where the value at the path begins. An index of what is no list is the value itself: one stands for a list."""
    at = _behind_blanks(text, 0)
    for step in path:
        if isinstance(step, str):
            at = _member(text, at, step)
        elif text[at] == "[":
            at = _item(text, at, step)
    return at


def _member(text: str, at: int, key: str) -> int:
    """Where the value of the object's key begins; of a key that is there twice the last counts."""
    found = at
    at = _behind_blanks(text, at + 1)
    while text[at] == '"':
        name, at = _SKIP.raw_decode(text, at)
        at = _behind_blanks(text, _behind_blanks(text, at) + 1)
        if name == key:
            found = at
        at = _behind_value(text, at)
    return found


def _item(text: str, at: int, index: int) -> int:
    at = _behind_blanks(text, at + 1)
    for _ in range(index):
        at = _behind_value(text, at)
    return at


def _behind_value(text: str, at: int) -> int:
    """Where the next key or item begins, or the bracket that ends them all."""
    _, at = _SKIP.raw_decode(text, at)
    at = _behind_blanks(text, at)
    return _behind_blanks(text, at + 1) if text[at] == "," else at


def _behind_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at
