"""What a condition means for a field of some type: one of a few tests, or its opposite. Two evaluators know these.

A path can lead to several values, and a list counts as itself and as each of its elements; a test is passed when one
of them passes. The opposite is passed when none does, so also where there is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Final, Literal, TypeAlias, cast

from whence.domain.query.field import FieldType
from whence.domain.query.moment import moment
from whence.domain.query.number import Number, exact, is_number
from whence.domain.query.ordering import identity
from whence.domain.query.path import elements, entries
from whence.domain.query.pattern import Pattern
from whence.domain.query.question import Condition, Operator
from whence.domain.query.refusal import BadQuery

Comparison: TypeAlias = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Equal to one of the scalars; None among them: missing or null. A text equals no number, a number no truth."""

    values: tuple[object, ...]
    identities: frozenset[object] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identities", frozenset(map(identity, self.values)))


@dataclass(frozen=True, slots=True)
class Compared:
    """A text beside a text, by code point, or a number beside a number, or an instant beside an instant."""

    comparison: Comparison
    value: str | Number | datetime


@dataclass(frozen=True, slots=True)
class Holds:
    """A text in which one of the patterns is found."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """Neither missing nor null."""


@dataclass(frozen=True, slots=True)
class Member:
    """A list of which one object has all these members, each equal to its value or a list that holds it."""

    members: tuple[tuple[str, object], ...]


Test: TypeAlias = OneOf | Compared | Holds | Present | Member | None
"""None: nothing passes."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """The test, or its opposite."""

    test: Test
    negated: bool = False

    def passes(self, reached: list[object]) -> bool:
        """Whether one of the values that the condition's path leads to passes; see `path.reached`."""
        return any(_passes(self.test, value) for value in reached) != self.negated


_NEGATED: Final = frozenset({Operator.NOT, Operator.NOT_IN, Operator.NOT_CONTAIN, Operator.NOT_CONTAIN_IN})
_COMPARISONS: Final[dict[Operator, Comparison]] = {
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.TIME_LT: "<",
    Operator.TIME_LTE: "<=",
    Operator.TIME_GT: ">",
    Operator.TIME_GTE: ">=",
}
_COMPARED: Final = {"<": lt, "<=": le, ">": gt, ">=": ge}


def reduced(condition: Condition, kind: FieldType) -> Reduced:
    """What the condition comes to for a field of the type; a missing field is as good as JSON.

    Raises:
        BadQuery: a regular expression is none, or what is to be compared with an instant names none.
    """
    operator = condition.operator
    negated = operator in _NEGATED or (operator is Operator.EXISTS and condition.value is False)
    return Reduced(_timed(condition) if kind is FieldType.TIME else _untimed(condition), negated)


def _untimed(condition: Condition) -> Test:
    value = condition.value
    match condition.operator:
        case Operator.EQ | Operator.NOT:
            return OneOf((value,))
        case Operator.IN | Operator.NOT_IN:
            return OneOf(_several(value))
        case Operator.CONTAIN | Operator.NOT_CONTAIN | Operator.CONTAIN_IN | Operator.NOT_CONTAIN_IN:
            return Holds(tuple(Pattern.literal(text) for text in _several(value) if isinstance(text, str)))
        case Operator.REGEX | Operator.REGEX_IN:
            return Holds(tuple(Pattern.regular(text) for text in _several(value) if isinstance(text, str)))
        case Operator.EXISTS:
            return Present()
        case Operator.MATCH:
            return Member(tuple((entries(value) or {}).items()))
        case Operator.LT | Operator.LTE | Operator.GT | Operator.GTE if isinstance(value, str) or is_number(value):
            return Compared(_COMPARISONS[condition.operator], value)
        case _:
            return None


def _timed(condition: Condition) -> Test:
    operator, value = condition.operator, condition.value
    match operator:
        case Operator.EQ | Operator.NOT | Operator.IN | Operator.NOT_IN:
            values = (_instant(operator, one) for one in _several(value))
            return OneOf(tuple(one for one in values if one is None or isinstance(one, datetime)))
        case Operator.EXISTS:
            return Present()
        case _ if operator in _COMPARISONS:
            at = _instant(operator, value)
            return Compared(_COMPARISONS[operator], at) if isinstance(at, datetime) else None
        case _:
            return None


def _instant(operator: Operator, value: object) -> object:
    """The instant that a text names; whatever else it is, it stays."""
    if not isinstance(value, str):
        return value
    if (at := moment(value)) is None:
        raise BadQuery(f"The value of {operator} operator is required ISO 8601 format.")
    return at


def _several(value: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)


def _passes(test: Test, value: object) -> bool:
    match test:
        case OneOf():
            return any(identity(one) in test.identities for one in _counted(value))
        case Compared():
            return any(_is_beside(test, one) for one in _counted(value))
        case Holds(patterns):
            texts = [one for one in _counted(value) if isinstance(one, str)]
            return any(pattern.found_in(text) for text in texts for pattern in patterns)
        case Present():
            return value is not None
        case Member(members):
            return any(
                all(_has(inside, name, wanted) for name, wanted in members)
                for one in elements(value) or []
                if (inside := entries(one)) is not None
            )
        case None:
            return False


def _counted(value: object) -> list[object]:
    """The value and, of a list, its elements; only scalars are compared with anything."""
    items = elements(value)
    return [value] if items is None else [one for one in items if elements(one) is None and entries(one) is None]


def _is_beside(test: Compared, value: object) -> bool:
    compare = _COMPARED[test.comparison]
    if is_number(value) and is_number(test.value):
        return compare(exact(value), exact(test.value))
    if isinstance(value, str) and isinstance(test.value, str):
        return compare(value, test.value)
    return isinstance(value, datetime) and isinstance(test.value, datetime) and compare(value, test.value)


def _has(inside: Mapping[str, object], name: str, wanted: object) -> bool:
    value = inside.get(name)
    if elements(wanted) is not None or entries(wanted) is not None:
        return identity(value) == identity(wanted)
    return _passes(OneOf((wanted,)), value)
