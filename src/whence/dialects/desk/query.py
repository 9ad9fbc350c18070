"""Parameters of a query: each that cannot be read is a fault of the query, worded as the vendor does."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.requests import Request

from whence.dialects.desk.errors import Fault, Place
from whence.dialects.request import text_faults
from whence.domain.errors import Invalid

_TRUTH: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


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
