"""HTTP over one connection, written by hand: what a library spends on a request would be measured as ours."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, Self
from urllib.parse import urlsplit

from bench.child import TOKEN

_LONGEST_LINE: Final = 4 * 1024 * 1024


class AnswerError(Exception):
    """The server answered with a status that is no success."""


class Client:
    """Requests one after another, with the benchmarks' token, over a connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncGenerator[Self]:
        """A client of the server at `http://host:port`."""
        where = urlsplit(url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=_LONGEST_LINE)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()

    async def get(self, path: str) -> bytes:
        """The body of the answer.

        Raises:
            AnswerError: it is no success.
        """
        return await self._asked("GET", path, b"")

    async def post(self, path: str, body: bytes) -> bytes:
        """The body of the answer to the JSON. Raises as `get`."""
        return await self._asked("POST", path, body)

    async def put(self, path: str, body: bytes) -> bytes:
        """As `post`."""
        return await self._asked("PUT", path, body)

    async def delete(self, path: str) -> bytes:
        """The body of the answer. Raises as `get`."""
        return await self._asked("DELETE", path, b"")

    async def stream(self, path: str) -> asyncio.StreamReader:
        """What comes behind the head of an answer that does not end, chunk marks included. Raises as `get`."""
        await self._ask("GET", path, b"")
        await self._head(path)
        return self._reader

    async def _asked(self, method: str, path: str, body: bytes) -> bytes:
        await self._ask(method, path, body)
        head = await self._head(path)
        _, found, length = head.lower().partition(b"content-length:")
        return await self._reader.readexactly(int(length.split(b"\r\n", 1)[0])) if found else b""

    async def _ask(self, method: str, path: str, body: bytes) -> None:
        content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n{content}\r\n"
        self._writer.write(head.encode() + body)
        await self._writer.drain()

    async def _head(self, path: str) -> bytes:
        head = await self._reader.readuntil(b"\r\n\r\n")
        if head[9:10] != b"2":
            raise AnswerError(f"{path}: {head.splitlines()[0].decode()}")
        return head
