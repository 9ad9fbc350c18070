"""The answers of this dialect: compact JSON, or nothing at all."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Answer(Response):
    """A JSON body, given as a value or as the bytes; its members are in the order given."""

    def __init__(
        self, content: object, status: HTTPStatus = HTTPStatus.OK, *, media_type: str = "application/json"
    ) -> None:
        super().__init__(content, status, media_type=media_type)

    def render(self, content: Any) -> bytes:  # noqa: ANN401  overrides an untyped parameter
        """The body's bytes."""
        return content if isinstance(content, bytes) else to_json(content)


class NoContent(Answer):
    """204: without a body, its type or its length, on a connection that stays open."""

    def __init__(self) -> None:
        super().__init__(b"", HTTPStatus.NO_CONTENT)
        self.raw_headers = []


class Done(Answer):
    """200 with nothing to say: no body, so no type of one."""

    def __init__(self) -> None:
        super().__init__(b"")
        del self.headers["content-type"]


class Streamed(Answer):
    """A JSON body that is made while it is sent."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        super().__init__(b"")
        del self.headers["content-length"]
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        del scope, receive
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
