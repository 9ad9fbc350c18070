"""Bodies are read quickly where nothing in them looks suspicious: nobody can tell which way theirs was read."""

import json
from collections.abc import Callable
from functools import partial
from math import isfinite
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis.strategies import dictionaries, integers, lists, recursive, sampled_from, text
from pydantic import BaseModel, ConfigDict

from whence.dialects import request
from whence.dialects.request import Misread, Unstorable, json_items, json_value, parse, reader
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
    except (Invalid, Misread) as wrong:
        return wrong.violations


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


# Objects in objects and in lists, whose ends look like those of items; texts that look like such ends.
_VALUES = recursive(
    sampled_from(["1", "null", '"},{"', '" } , { "', '"[{"', '"\\u0000"', "1e999", "1e5"]),
    lambda inner: (
        lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | dictionaries(sampled_from("ab"), inner, max_size=2).map(
            lambda fields: "{%s}" % ",".join(f'"{name}": {value}' for name, value in fields.items())  # noqa: UP031
        )
    ),
    max_leaves=6,
)
_ITEMS = lists(_VALUES.map(lambda value: f'{{"x": {value}}}') | _VALUES, max_size=8)


def _items_of(raw: bytes) -> object:
    def read(array: bytes) -> list[object]:
        return [item.violations if isinstance(item, Unstorable) else item for item in json_items(array)]

    return _outcome(read, raw)


@example(items=['{"x": 1}', '{"x": 2}'], between=",", around="1 [%s]", piece=0)
@given(
    items=_ITEMS,
    between=sampled_from([",", " ,", ",\n", " \t,\r\n "]),
    around=sampled_from(["[%s]", " [%s] ", "[%s", "%s]", "[%s],1", '{"x": [%s]}', "1 [%s]", "[%s,]", "[,%s]", "%s"]),
    piece=integers(0, 40),
)
def test_an_array_is_read_alike_in_pieces_and_at_once(items: list[str], between: str, around: str, piece: int) -> None:
    """Wherever it is cut: the same items and the same refusals of them, or the same fault at the same place."""
    raw = (around % between.join(items)).encode()
    with pytest.MonkeyPatch.context() as patch:
        at_once = _items_of(raw)
        patch.setattr(request, "PIECE", piece)
        in_pieces = _items_of(raw)

    assert in_pieces == at_once


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("rows", [1, 400])
def test_a_long_array_is_parsed_in_pieces(monkeypatch: pytest.MonkeyPatch, rows: int, indent: int | None) -> None:
    """None is much longer than a piece, whatever the items hold: others have the loop in between."""
    parsed: list[int] = []
    whole = request.from_json

    def noting(raw: bytes, **options: bool) -> object:
        parsed.append(len(raw))
        return whole(raw, **options)

    monkeypatch.setattr(request, "from_json", noting)
    event = {"title": "a", "properties": {"text": "}, {", "rows": [{"id": 1}] * rows}, "scope": {"services": ["s"]}}
    events = [{**event, "n": n} for n in range(10_000 // rows)]

    read = _items_of(json.dumps(events, indent=indent).encode())

    assert read == events
    assert max(parsed) < 2 * request.PIECE
