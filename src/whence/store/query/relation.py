"""Where the rows of a collection lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import LiteralString


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`source`: an item of FROM that holds the account's rows only, `$1` being the account.

    `columns`: an expression over it for each field, of the type `text`, `timestamptz`, `text[]`, `jsonb`, `numeric` or
    an integer, or `boolean`. `present`: fields besides texts that no row lacks, so that an index may order.
    `objects`: fields of JSON that are objects wherever they are not null. `indexed`: for some of these what a GIN index
    of `jsonb_path_ops` is of: an object that holds the field under the account's id. `parts`: where the source is a
    union, the relations that make it up; each has indexes of its own.
    """

    source: LiteralString
    columns: Mapping[str, LiteralString]
    present: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    indexed: Mapping[str, LiteralString] = field(default_factory=dict[str, LiteralString])
    parts: "tuple[Relation, ...]" = ()
