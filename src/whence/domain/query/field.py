"""What the rows of a collection hold: named fields, each of one type."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias


class FieldType(StrEnum):
    """What a field holds. Only `TIME` and `JSON` may be missing from a row of a collection.

    `TIME` is an aware datetime of whole milliseconds: more is not shown, so nobody could ask for it.
    `NUMBER` is an int, or a Decimal where it was computed. `TRUTH` is a bool.
    """

    TEXT = "text"
    TIME = "time"
    TEXTS = "texts"
    JSON = "json"
    NUMBER = "number"
    TRUTH = "truth"


Schema: TypeAlias = Mapping[str, FieldType]
"""The fields of a collection, in the order in which a whole row shows them."""
Row: TypeAlias = Mapping[str, object]
"""One row; a field that is None, or not there, is missing. JSON null is as good as missing."""
