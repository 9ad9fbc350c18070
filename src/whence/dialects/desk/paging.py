"""The keys of pages of entities: opaque, and carrying the whole question, so that a key is enough to go on.

Source: DESK contract 4.1.
"""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from starlette.requests import Request

from whence.dialects.desk import query
from whence.domain.access import Principal
from whence.domain.errors import Invalid
from whence.domain.page import seal, unseal

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KEY: Final = "nextPageKey"
SIZE: Final = "pageSize"

Question = TypeVar("Question", bound="DataclassInstance")
"""What was asked for, and behind which entity to go on: numbers, texts and tuples of texts."""


def key(by: Principal, listed: str, question: "DataclassInstance") -> str:
    """What a client sends to go on with its question to this list."""
    return seal(by.secret, [listed, asdict(question)])


def question(by: Principal, request: Request, listed: str, kind: type[Question]) -> Question | None:
    """The question that the request goes on with; None when it asks anew.

    Raises:
        Invalid: it goes on with what nobody asked of this list.
    """
    text = query.text(request, KEY)
    if text is None:
        return None
    try:
        sealed = unseal(by.secret, text)
    except Invalid as refusal:
        raise query.fault(KEY, refusal.violations[0].message) from None
    name, told = sealed if len(sealed) == 2 else (None, None)  # noqa: PLR2004  what `key` seals
    asked = cast("dict[str, Any]", told)
    if name != listed or asked.keys() != {field.name for field in fields(kind)}:
        raise query.fault(KEY, "belongs to another list")
    lists = {name: tuple(cast("list[str]", value)) for name, value in asked.items() if isinstance(value, list)}
    return kind(**{**asked, **lists})


def carried(request: Request, names: Iterable[str]) -> list[str]:
    """A warning for each parameter of these names that came with a key, which has them already."""
    return [f"{name} ignored, {KEY} carries it" for name in names if name in request.query_params]


def size(request: Request, *, default: int, most: int) -> tuple[int, list[str]]:
    """How many items a page has, and a warning when that is fewer than were asked for.

    Raises:
        Invalid: the parameter is no number above 0.
    """
    text = query.text(request, SIZE)
    if text is None:
        return default, []
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdecimal()) or not digits:
        raise query.fault(SIZE, f"'{text}' must be a whole number from 1 to {most}")
    asked = int(digits) if len(digits) <= len(str(most)) else most + 1
    return (asked, []) if asked <= most else (most, [f"{SIZE} is {most}, the maximum"])
