"""A JSON answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response


class Answer(Response):
    """The value as compact JSON, keys in their order."""

    media_type = "application/json"

    def __init__(
        self,
        content: Any,  # noqa: ANN401  JSON is anything
        status_code: int = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if headers:
            super().__init__(content, status_code, headers)
            return
        # What Starlette's constructor does when nothing is special, in a third of the time.
        self.status_code = status_code
        self.background = None
        self.body = to_json(content)
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", b"application/json")]

    def render(self, content: Any) -> bytes:  # noqa: ANN401  the signature of what is overridden
        """The bytes of the body."""
        return to_json(content)
