"""Answers that go on, read as they come: the test client of httpx gives an answer only when it has ended."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

_ASKED: Final = {"type": "http.request", "body": b"", "more_body": False}


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
    requests = iter([_ASKED])
    scope = _scope("/v1/events/stream", token, cookie=cookie, last_event_id=last_event_id, **query)

    async def receive() -> Message:
        for request in requests:
            return request
        await left.wait()
        return {"type": "http.disconnect"}

    task = asyncio.create_task(_ended(app, scope, receive, messages))
    start = await messages.get()
    assert start["status"] == 200, start
    try:
        yield _blocks(messages)
    finally:
        left.set()
        await task


async def told(app: ASGIApp, path: str, token: str, hear: Callable[[bytes], Awaitable[None]]) -> bool:
    """Let each piece of the answer be heard before the next is sent; whether it was sent to its end."""
    is_whole = False
    requests = iter([_ASKED])

    async def receive() -> Message:
        for request in requests:
            return request
        return await asyncio.Future()  # it stays to the end

    async def send(message: Message) -> None:
        nonlocal is_whole
        if message["type"] == "http.response.body":
            is_whole = not message.get("more_body", False)
            await hear(message.get("body", b""))

    await app(_scope(path, token), receive, send)
    return is_whole


def _scope(
    path: str, token: str | None, *, cookie: str = "", last_event_id: str | None = None, **query: str
) -> dict[str, object]:
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if last_event_id is not None:
        headers.append((b"last-event-id", last_event_id.encode()))
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": urlencode(query).encode(), "root_path": "",
        "headers": headers,
    }  # fmt: skip


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
