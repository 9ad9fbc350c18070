"""The JSON answers of this dialect, and the headers that every create carries."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from starlette.responses import Response

from whence.domain.census import Concerned


class Answer(Response):
    """A JSON body, given as a value or as the bytes."""

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

    def warn(self, warnings: Iterable[str]) -> None:
        """Add a header line for each."""
        for warning in warnings:
            self.headers.append("x-whence-warning", _plain(warning))

    def name_event(self, event_id: UUID, concerned: Concerned, *, is_replay: bool) -> None:
        """Add what the body of a create does not say."""
        name = str(event_id).encode()
        self.raw_headers += [
            (b"x-event-id", name),
            (b"location", b"/mgmt/v1/events/" + name),
            (b"x-scope-matched", b"%d/%d" % (concerned.count, concerned.of)),
        ]
        if is_replay:
            self.raw_headers.append((b"x-idempotent-replay", b"true"))


def _plain(text: str) -> str:
    """The text in printable ASCII: what a caller's key holds must not begin a header of its own."""
    return "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)
