"""What is to be computed from rows: stages that make rows of rows, one after the other."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from whence.domain.query.date_format import DateFormat
from whence.domain.query.question import Condition, Sort, Unwind


class Accumulation(StrEnum):
    """What a group makes of a value of its rows."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    MAX = "max"
    MIN = "min"
    FIRST = "first"
    LAST = "last"
    PUSH = "push"
    ADD_TO_SET = "add_to_set"
    MERGE_OBJECTS = "merge_objects"


class Projection(StrEnum):
    """What a project makes of a value."""

    SIZE = "size"
    SUM = "sum"
    ARRAY_TO_OBJECT = "array_to_object"
    OBJECT_TO_ARRAY = "object_to_array"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """Rows with equal values at the path are one group, which says that value under the name.

    With a format it is the time at the path as that says it; what is no time is null.
    """

    path: str
    name: str
    date_format: DateFormat | None = None


@dataclass(frozen=True, slots=True)
class GroupField:
    """What a group says under the name.

    `path`: None for `COUNT`, and for `PUSH` with `members`, each a path and a name: then a list of objects of these.
    `conditions`: for `COUNT`, `SUM` and `AVERAGE`; a row that does not pass all of them counts as 0.
    """

    name: str
    accumulation: Accumulation
    path: str | None = None
    members: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A row for each combination of keys, in the order of the keys; without keys one row of all."""

    keys: tuple[GroupKey, ...] = ()
    fields: tuple[GroupField, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """One row: how many rows there are."""

    name: str


@dataclass(frozen=True, slots=True)
class SortBy:
    """The same rows in another order; those that tie stay as they are."""

    keys: tuple[Sort, ...]


@dataclass(frozen=True, slots=True)
class ProjectField:
    """What a row says under the name: the value at the path, or what the projection makes of it."""

    path: str
    name: str
    projection: Projection | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """Rows with these fields only, and with the keys of their groups unless `exclude_keys`."""

    fields: tuple[ProjectField, ...]
    exclude_keys: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The first `count` rows."""

    count: int


@dataclass(frozen=True, slots=True)
class Skip:
    """All but the first `count` rows."""

    count: int


Stage: TypeAlias = Unwind | Group | Count | SortBy | Project | Limit | Skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """`all`, `any`, `words` and `word_fields` choose rows as in a `Query`; `order` is that in which they come in.

    Then the stages, or the distinct values at the path `distinct`; then the page, as in a `Query`.
    """

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    words: tuple[str, ...] = ()
    word_fields: tuple[str, ...] = ()
    order: tuple[Sort, ...] = ()
    stages: tuple[Stage, ...] = ()
    distinct: str | None = None
    start: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """The results of the page: objects, or values for `distinct`. `total`: of all pages, if a page was asked for."""

    results: list[object]
    total: int | None
