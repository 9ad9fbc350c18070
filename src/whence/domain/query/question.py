"""A question to a collection: which rows, in which order, and what of them."""

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """What a condition asks of the values at its key; see `condition.reduced` for what each means."""

    EQ = "eq"
    NOT = "not"
    IN = "in"
    NOT_IN = "not_in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    CONTAIN = "contain"
    NOT_CONTAIN = "not_contain"
    CONTAIN_IN = "contain_in"
    NOT_CONTAIN_IN = "not_contain_in"
    REGEX = "regex"
    REGEX_IN = "regex_in"
    EXISTS = "exists"
    MATCH = "match"
    TIME_LT = "time_lt"
    TIME_LTE = "time_lte"
    TIME_GT = "time_gt"
    TIME_GTE = "time_gte"


@dataclass(frozen=True, slots=True)
class Condition:
    """That the values at the key, a dotted path, pass the operator.

    `value`: a scalar; a tuple of them for an operator that ends with `in`; for `MATCH` an object; for `TIME_…` an
    aware datetime.
    """

    key: str
    operator: Operator
    value: object = None


@dataclass(frozen=True, slots=True)
class Sort:
    """By the value at the key; what the key does not lead to stands as missing."""

    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Unwind:
    """A row for each element of the list at the path that passes the filter; none for an empty or missing list."""

    path: str
    filter: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Rows that pass all of `all`, one of `any` if there is any, and hold one of `words` if there are any.

    `words` are looked for in the texts `word_fields`, whatever the case. `sort`: the last ones should tell any two
    rows apart, so that pages are stable. `start`: rows to leave out, before at most `limit` (0: no limit). `only`: the
    dotted paths that rows carry; everything if empty. With `unwind` the element becomes a list of one.
    """

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    words: tuple[str, ...] = ()
    word_fields: tuple[str, ...] = ()
    sort: tuple[Sort, ...] = ()
    start: int = 0
    limit: int = 0
    only: tuple[str, ...] = ()
    count_only: bool = False
    unwind: Unwind | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of the page, as results show them, and how many there are on all pages."""

    rows: list[dict[str, object]]
    total: int
