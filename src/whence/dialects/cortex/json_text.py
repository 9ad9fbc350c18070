"""The JSON of a body: its value for the house, and the very spelling of a member for who sent it.

A sender gets its data back unchanged: `1.10` is not `1.1`, and a number of thirty decimals keeps them all. The house
keeps values, so the spelling is taken from the body as it came. Source: Cortex contract A4.
"""

import re
from json import JSONDecoder
from typing import Any, Final, cast

from pydantic_core import from_json

from whence.dialects.request import json_value
from whence.domain.errors import Invalid

CUSTOM_DATA: Final = "customData"

_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_TEXT_OR_BLANKS: Final = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\n\r]+')
_ESCAPE: Final = re.compile(rb"\\(?:u0000|.)", re.DOTALL)
# To find where a value ends; what its numbers are does not matter, and their digits cost time.
_SKIP: Final = JSONDecoder(parse_int=len, parse_float=len)
_BOUNDS: Final = {
    "recursion limit": "JSON is nested too deeply",  # at 201 levels
    "number out of range": "JSON holds a number of too many digits",  # 4,300 before the point
}


def document(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body. In its custom data, U+FFFD stands for NUL, which no column holds.

    Raises:
        Invalid: it is none, or holds a number that none of ours can be.
    """
    try:
        value = json_value(_without_nul(raw))
    except Invalid as refusal:
        if refusal.violations[0].path:
            raise
        fault = refusal.violations[0].message
        said = next((said for bound, said in _BOUNDS.items() if bound in fault), "Malformed JSON")
        raise Invalid.at("", said) from None
    if not isinstance(value, dict):
        raise Invalid.at("", "JSON object expected")
    own = cast("dict[str, Any]", value)
    if b"\\u0000" in raw:
        return {**from_json(raw), CUSTOM_DATA: own.get(CUSTOM_DATA)}
    return own


def member(text: str, name: str) -> str | None:
    """The compact JSON text of a member of the object, which is good JSON; the last one of the name counts."""
    found = None
    at = _behind_blanks(text, _behind_blanks(text, 0) + 1)
    while text[at] == '"':
        key, at = _SKIP.raw_decode(text, at)
        start = _behind_blanks(text, _behind_blanks(text, at) + 1)
        _, end = _SKIP.raw_decode(text, start)
        if key == name:
            found = text[start:end]
        at = _behind_blanks(text, end)
        at = _behind_blanks(text, at + 1) if text[at] == "," else at
    return None if found is None else _TEXT_OR_BLANKS.sub(r"\1", found)


def _without_nul(raw: bytes) -> bytes:
    if b"\\u0000" not in raw:
        return raw
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[0] == rb"\u0000" else found[0], raw)


def _behind_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at
