"""The answers of this dialect: JSON, a plain text, or nothing, and what was tolerated, in a header line each."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic_core import to_json
from starlette.responses import Response

_MOST_WARNINGS: Final = 20


class Answer(Response):
    """A JSON body, given as a value or as the bytes. Clients compare its content type to the letter."""

    media_type = "application/json"

    def __init__(self, content: object, status: HTTPStatus = HTTPStatus.OK) -> None:
        # What Starlette's constructor does when nothing is special, in a third of the time.
        self.status_code = status
        self.background = None
        self.body = self.render(content)
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", b"application/json")]

    def render(self, content: Any) -> bytes:  # noqa: ANN401  overrides an untyped parameter
        """The body's bytes."""
        return content if isinstance(content, bytes) else to_json(content)

    def warn(self, warnings: Sequence[str]) -> None:
        """Add a header line for each of the first, and one for how many more there are."""
        hidden = len(warnings) - _MOST_WARNINGS
        self._say(warnings[:_MOST_WARNINGS])
        if hidden > 0:
            self._say([f"and {hidden} more"])

    def _say(self, warnings: Iterable[str]) -> None:
        self.raw_headers += [(b"x-whence-warning", _plain(warning)) for warning in warnings]

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


def _plain(text: str) -> bytes:
    """The text in printable ASCII: what a caller's key holds must not begin a header of its own."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)
    return text.encode()
