"""One order over all values: missing < number < text < object < list < truth < time.

Objects tie with each other, and so do lists; texts go by code point.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, cast

from whence.domain.query.number import exact, is_number

Place: TypeAlias = tuple[int] | tuple[int, object]
"""Where a value stands: compares with that of any other value."""

NUMBER: Final = 1
TEXT: Final = 2
OBJECT: Final = 3
LIST: Final = 4
TRUTH: Final = 5
TIME: Final = 6


def place(value: object) -> Place:
    """Where the value stands in the order."""
    match value:
        case bool():
            return TRUTH, value
        case str():
            return TEXT, value
        case datetime():
            return TIME, value
        case Mapping():
            return (OBJECT,)
        case list() | tuple():
            return (LIST,)
        case _:
            return (NUMBER, exact(value)) if is_number(value) else (0,)


def identity(value: object) -> object:
    """What is equal for equal values and for no others: numbers by their value, whatever their type."""
    match value:
        case Mapping():
            inside = cast("Mapping[str, object]", value)
            return OBJECT, frozenset((key, identity(item)) for key, item in inside.items())
        case list() | tuple():
            return LIST, tuple(identity(item) for item in cast("Sequence[object]", value))
        case _:
            return place(value)
