"""A Server-Sent Events stream, read as it comes: the test client of httpx gives an answer only when it has ended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True)
class Said:
    """One block of a stream; `comment` where it is no event."""

    id: str = ""
    event: str = ""
    data: str = ""
    comment: str = ""


@asynccontextmanager
async def stream(
    app: ASGIApp, token: str | None, *, cookie: str = "", last_event_id: str | None = None, **query: str
) -> AsyncGenerator[AsyncGenerator[Said]]:
    """What `/v1/events/stream` says, block by block, until it ends or the block is left."""
    messages: asyncio.Queue[Message] = asyncio.Queue()
    left = asyncio.Event()
    requests = iter([{"type": "http.request", "body": b"", "more_body": False}])
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if last_event_id is not None:
        headers.append((b"last-event-id", last_event_id.encode()))

    async def receive() -> Message:
        for request in requests:
            return request
        await left.wait()
        return {"type": "http.disconnect"}

    path = "/v1/events/stream"
    scope: dict[str, object] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path,
        "raw_path": path.encode(), "query_string": urlencode(query).encode(), "root_path": "", "headers": headers,
    }  # fmt: skip
    task = asyncio.create_task(_ended(app, scope, receive, messages))
    start = await messages.get()
    assert start["status"] == 200, start
    try:
        yield _blocks(messages)
    finally:
        left.set()
        await task


async def _ended(app: ASGIApp, scope: dict[str, object], receive: object, messages: asyncio.Queue[Message]) -> None:
    await app(scope, receive, messages.put)  # pyright: ignore[reportArgumentType]  the shapes of ASGI
    await messages.put({"type": "http.response.body", "body": b"", "more_body": False})


async def _blocks(messages: asyncio.Queue[Message]) -> AsyncGenerator[Said]:
    text = ""
    while True:
        message = await messages.get()
        text += message.get("body", b"").decode()
        while "\n\n" in text:
            block, _, text = text.partition("\n\n")
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            yield Said(**{name or "comment": value for name, value in fields.items()})
        if not message.get("more_body", False):
            return
