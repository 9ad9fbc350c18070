"""Numbers as JSON has them: exact decimals, whether they came as integers or with a fraction."""

from collections.abc import Iterable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Final, TypeAlias, TypeGuard

from whence.domain.query.path import elements, entries

Number: TypeAlias = int | float | Decimal

_DIGITS: Final = Context(prec=10_000, Emax=MAX_EMAX, Emin=MIN_EMIN)  # more than any number that JSON was read from
_PLACES: Final = 30  # behind the point of an average: more than a double has, and the same wherever it is computed


def is_number(value: object) -> TypeGuard[Number]:
    """A truth value is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def exact(number: Number) -> Decimal:
    """The number as it is written: 0.1 is a tenth."""
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def total(numbers: Iterable[Number]) -> Decimal:
    """Their exact sum."""
    added = Decimal(0)
    for number in numbers:
        added = _DIGITS.add(added, exact(number))
    return added


def average(numbers: Sequence[Number]) -> Decimal | None:
    """Their mean, rounded half away from zero; none of no numbers."""
    if not numbers:
        return None
    mean = Fraction(total(numbers)) / len(numbers)
    scaled = int(abs(mean) * 10**_PLACES + Fraction(1, 2))
    return _DIGITS.scaleb(Decimal(scaled if mean >= 0 else -scaled), -_PLACES)


def shown(number: Number) -> int | float:
    """The number as a result says it: whole ones without a fraction."""
    if isinstance(number, int):
        return number
    precise = exact(number)
    return int(precise) if precise == precise.to_integral_value() else float(number)


def shown_inside(value: object) -> object:
    """The JSON value with its numbers as results say them."""
    if is_number(value):
        return shown(value)
    if (items := elements(value)) is not None:
        return [shown_inside(item) for item in items]
    if (inside := entries(value)) is not None:
        return {key: shown_inside(item) for key, item in inside.items()}
    return value
