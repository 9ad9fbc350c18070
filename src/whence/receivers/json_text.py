"""JSON that stands as text inside of JSON: the edge, which checks bodies, has not looked into it."""

from collections.abc import Iterator
from typing import Final, cast

from pydantic_core import from_json

DEEPEST: Final = 200  # as the edge bounds a body

_NUL: Final = "\0"
_ESCAPED_NUL: Final = "\\u0000"


def parsed(text: str) -> object:
    """The JSON value of the text.

    Raises:
        ValueError: it is no JSON, is nested too deep, or holds a text that cannot be stored.
    """
    value = cast("object", from_json(text, allow_inf_nan=False))  # refuses halves of characters by itself
    if is_deep(value) or (_ESCAPED_NUL in text and any(_NUL in found for found in _texts(value))):
        raise ValueError("cannot be stored")
    return value


def is_deep(value: object) -> bool:
    """Whether objects and lists are nested deeper than the edge lets them be; what reads them may be recursive."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return False
    return True


def _texts(value: object) -> Iterator[str]:
    """Every text in the value, keys included."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        waiting += _inner(one)
        match one:
            case str():
                yield one
            case dict():
                yield from cast("dict[str, object]", one)
            case _:
                pass


def _inner(value: object) -> list[object]:
    match value:
        case dict():
            return list(cast("dict[str, object]", value).values())
        case list():
            return cast("list[object]", value)
        case _:
            return []
