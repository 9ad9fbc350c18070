"""The answers of this dialect: JSON, a plain text, or nothing, and what was tolerated, in a header line each."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from whence.dialects.answer import JsonAnswer

_MOST_WARNINGS: Final = 20


class Answer(JsonAnswer):
    """A JSON body, given as a value or as the bytes. Clients compare its content type to the letter."""

    def warn(self, warnings: Sequence[str]) -> None:
        """Add a header line for each of the first, and one for how many more there are."""
        hidden = len(warnings) - _MOST_WARNINGS
        super().warn([*warnings[:_MOST_WARNINGS], *([f"and {hidden} more"] if hidden > 0 else [])])

    def end_connection(self) -> None:
        """Say that nothing more will be read from this connection."""
        self.raw_headers.append((b"connection", b"close"))


class Text(Answer):
    """A plain text: the clock of `/api/v1/time`."""

    def __init__(self, text: str) -> None:
        super().__init__(text.encode())
        self.raw_headers[1] = (b"content-type", b"text/plain;charset=utf-8")


class Nothing(Answer):
    """204: done, and there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(b"", HTTPStatus.NO_CONTENT)
        self.raw_headers = []


class Created(Answer):
    """201: it is there now, at this place, and there is nothing to say."""

    def __init__(self, place: str) -> None:
        super().__init__(b"", HTTPStatus.CREATED)
        self.raw_headers = [(b"content-length", b"0"), (b"location", place.encode("ascii"))]
