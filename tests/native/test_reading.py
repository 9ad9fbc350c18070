"""Bodies are read quickly where nothing in them looks suspicious: nobody can tell which way theirs was read."""

import json
from collections.abc import Callable
from functools import partial
from math import isfinite
from typing import cast

from hypothesis import given
from hypothesis.strategies import lists, sampled_from, text
from pydantic import BaseModel, ConfigDict

from whence.dialects.request import json_value, parse, reader
from whence.domain.errors import Invalid, Violation


class _Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


# What numbers are made of, and what stands around them.
_PIECES = text(alphabet='0123456789eE+-. :,[]{}"abN\\u', max_size=24)
# At the edge of what a double holds; and what only looks like it, as a commit's hash may.
_ODD = sampled_from([
    "1e400", "-1E+400", "1.5e999", "0e1000", "1e0308", "1e308", "1e-400", "9" * 400, "0." + "1" * 300,
    "-" + "9" * 310 + ".5", '"1e400"', '"a 1e400"', '"a +1e400"', '"4e12345"', '"\\u0000"', '"NaN"',
    '"1' + "0" * 200 + 'e1000"',
])  # fmt: skip
_BEFORE = sampled_from(["", " ", "\t", "[", "[-1,", '[{"a":', '["x",'])
_AFTER = sampled_from(["", " ", "]", ",1]", "}]"])


def _outcome(read: Callable[[bytes], object], raw: bytes) -> object:
    try:
        return read(raw)
    except Invalid as refusal:
        return refusal.violations


def _is_storable(value: object) -> bool:
    match value:
        case str():
            return "\0" not in value
        case float():
            return isfinite(value)
        case list():
            return all(map(_is_storable, cast("list[object]", value)))
        case dict():
            return all(map(_is_storable, cast("dict[str, object]", value).values()))
        case _:
            return True


@given(before=_BEFORE, odd=_ODD, after=_AFTER)
def test_what_cannot_be_stored_is_found(before: str, odd: str, after: str) -> None:
    """Wherever it stands; and nothing is refused for looking like it."""
    try:
        value = json.loads(before + odd + after)
    except ValueError:
        return

    read = _outcome(json_value, (before + odd + after).encode())

    if _is_storable(value):
        assert read == value
    else:
        assert isinstance(read, tuple)
        assert all(isinstance(fault, Violation) for fault in cast("tuple[object, ...]", read))


@given(pieces=lists(_PIECES, max_size=6), odd=_ODD)
def test_lines_are_read_alike_alone_and_together(pieces: list[str], odd: str) -> None:
    """What its neighbours hold changes nothing about a line: neither what is read, nor what is wrong with it."""
    values = (*pieces, "NaN", "-Infinity", odd, f"[1,{odd}]")
    lines = [f'{{"title": "a", "x": {value}}}'.encode() for value in values]

    together = [_outcome(reader(_Anything, b"\n".join(lines)), line) for line in lines]

    assert together == [_outcome(partial(parse, _Anything), line) for line in lines]
