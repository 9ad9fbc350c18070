"""The body of what somebody says about a problem, in both versions of the API. Pure.

Source: DESK contract 5.2 and 5.6.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from whence.dialects.desk import fields
from whence.dialects.desk.errors import NOT_NULL
from whence.dialects.desk.json_text import Document
from whence.domain.errors import Invalid, Violation

LONGEST_TEXT: Final = 10_000  # characters
LONGEST_NAME: Final = 500  # characters of who says it, and of where

V1_TEXT: Final = "comment"
V1_AUTHOR: Final = "user"
V2_TEXT: Final = "message"
CONTEXT: Final = "context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the body has; None where it says nothing."""

    text: str | None = None
    author: str | None = None
    context: str | None = None


def v1(document: Document, *, is_new: bool) -> Said:
    """A comment of the first version; a new one has its text and its author.

    Raises:
        Invalid: a value has not the shape that belongs there; else with every violation.
    """
    return _said(document, text=V1_TEXT, author=V1_AUTHOR, required=(V1_TEXT, V1_AUTHOR) if is_new else ())


def v2(document: Document) -> Said:
    """A comment of the second version, or what is said with the close of a problem; it has its text. Raises as `v1`."""
    return _said(document, text=V2_TEXT, author=None, required=(V2_TEXT,))


def text_fault(text: str) -> str | None:
    """What is wrong with the text, if something is."""
    return f"size must be between 0 and {LONGEST_TEXT}" if len(text) > LONGEST_TEXT else None


def _said(document: Document, *, text: str, author: str | None, required: Iterable[str]) -> Said:
    names = [name for name in (text, author, CONTEXT) if name is not None]

    def given_in(value: object) -> dict[str, str | None]:
        sent = fields.mapping(value, ()) or {}
        return {name: fields.text(sent.get(name), (name,)) for name in names}

    given = fields.read(document, given_in)
    if violations := list(_violations(given, text, required)):
        raise Invalid(violations)
    return Said(text=given[text], author=None if author is None else given[author], context=given[CONTEXT])


def _violations(given: dict[str, str | None], text: str, required: Iterable[str]) -> Iterator[Violation]:
    for name, value in given.items():
        if value is None:
            if name in required:
                yield Violation(path=name, message=NOT_NULL)
        elif name == text:
            if (fault := text_fault(value)) is not None:
                yield Violation(path=name, message=fault)
        elif len(value) > LONGEST_NAME:
            yield Violation(path=name, message=f"size must be between 0 and {LONGEST_NAME}")
