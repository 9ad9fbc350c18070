"""Where the rows of a collection lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`source`: an item of FROM that holds the account's rows only, `$1` being the account.

    `columns`: an expression over it for each field, of the type `text`, `timestamptz`, `text[]`, `jsonb`, `numeric` or
    an integer, or `boolean`. `present`: fields besides texts that no row lacks, so that an index may order. `parts`:
    where the source is a union, the items that make it up, under the same name; each has indexes of its own.
    """

    source: LiteralString
    columns: Mapping[str, LiteralString]
    present: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    parts: tuple[LiteralString, ...] = ()
