"""Parameters of a query: each that cannot be read is a fault of the query, worded as the vendor does."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from starlette.requests import Request

from whence.dialects.desk import times
from whence.dialects.desk.errors import Fault, Place
from whence.dialects.request import text_faults
from whence.domain.errors import Invalid, Violation

T = TypeVar("T")

_TRUTH: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


class Faults:
    """What is wrong with the parameters of a query, so that one refusal names it all."""

    def __init__(self) -> None:
        self._found: list[Violation] = []

    def noted(self, read: Callable[[], T]) -> T | None:
        """What is read; None, and noted, when it cannot be."""
        try:
            return read()
        except Invalid as refusal:
            self._found += refusal.violations
            return None

    def check(self) -> None:
        """Return when nothing was noted.

        Raises:
            Invalid: with everything that was.
        """
        if self._found:
            raise Invalid(self._found)


def fault(name: str, message: str) -> Invalid:
    """The refusal for one parameter."""
    return Invalid([Fault(path=name, message=message, place=Place.QUERY)])


def text(request: Request, name: str) -> str | None:
    """The parameter's first value; None when it is absent or empty.

    Raises:
        Invalid: it holds what no stored text can.
    """
    value = request.query_params.get(name)
    if value and (wrong := text_faults(value)):
        raise fault(name, wrong)
    return value or None


def texts(request: Request, name: str, *, most: int) -> tuple[str, ...]:
    """All values of the parameter that are not empty, each once.

    Raises:
        Invalid: there are more than `most`, or one holds what no stored text can.
    """
    values = tuple(dict.fromkeys(filter(None, request.query_params.getlist(name))))
    if len(values) > most:
        raise fault(name, f"size must be between 0 and {most}")
    for value in values:
        if wrong := text_faults(value):
            raise fault(name, wrong)
    return values


def millis(request: Request, name: str) -> datetime | None:
    """The instant of milliseconds since 1970; None when the parameter is absent or empty.

    Raises:
        Invalid: it is none.
    """
    value = text(request, name)
    if value is None:
        return None
    if (at := times.of_millis(value)) is None:
        raise fault(name, "must be a time in milliseconds since 1970")
    return at


def choice(request: Request, name: str, allowed: Iterable[str]) -> str | None:
    """One of the allowed words, compared exactly; None when the parameter is absent or empty.

    Raises:
        Invalid: it is another word.
    """
    value = text(request, name)
    words = sorted(allowed)
    if value is not None and value not in words:
        raise fault(name, f"'{value}' must be any of [{', '.join(words)}]")
    return value


def truth(request: Request, name: str) -> bool | None:
    """True or false in any case, also as 1 and 0; None when the parameter is absent or empty.

    Raises:
        Invalid: it is neither.
    """
    value = text(request, name)
    if value is None:
        return None
    if (found := _TRUTH.get(value.lower())) is None:
        raise fault(name, f"'{value}' must be any of [false, true]")
    return found


def replaced(request: Request, name: str, others: Iterable[str]) -> list[str]:
    """A warning for each of the other parameters, which are not looked at where this one is given."""
    return [f"{other} ignored, {name} replaces it" for other in others if text(request, other)]
