"""A JSON answer."""

from typing import Any

from pydantic_core import to_json
from starlette.responses import Response


class Answer(Response):
    """The value as compact JSON, keys in their order."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401  # the signature of what is overridden
        """The bytes of the body."""
        return to_json(content)
