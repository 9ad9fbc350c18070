"""Somebody who follows the events live, and goes on where it was when the connection ends."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import httpx
from httpx_sse import aconnect_sse

from tests.acceptance.server import Server

_PAUSE_SECONDS: Final = 0.02  # before connecting again
_LIMIT_SECONDS: Final = 30.0


@dataclass(kw_only=True)
class Reader:
    """Follows until cancelled.

    `titles`: of the events in the order in which they came; `seen_at`: when, by `time.perf_counter`.
    `connections`: how often it was connected; `resets`: how often it was told that there is a gap.
    """

    server: Server
    titles: list[str] = field(default_factory=list[str])
    seen_at: dict[str, float] = field(default_factory=dict[str, float])
    connections: int = 0
    resets: int = 0
    last_id: str = ""

    async def run(self) -> None:
        """Follow, and connect again with the last id whenever the connection ends."""
        async with self.server.aclient() as client:
            while True:
                with suppress(httpx.TransportError):
                    await self.follow(client)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def follow(self, client: httpx.AsyncClient) -> None:
        """Follow until the connection ends."""
        behind = {"last-event-id": self.last_id} if self.last_id else {}
        async with aconnect_sse(client, "GET", "/v1/events/stream", headers=behind) as source:
            if not source.response.is_success:
                return
            self.connections += 1
            async for told in source.aiter_sse():
                if told.event == "reset":
                    self.resets += 1
                elif told.data:  # httpx-sse takes a heartbeat behind an event for an event
                    title = json.loads(told.data)["title"]
                    self.seen_at.setdefault(title, time.perf_counter())
                    self.titles.append(title)
                    self.last_id = told.id

    async def until_connected(self, times: int = 1) -> None:
        """Return when it was connected so often."""
        async with asyncio.timeout(_LIMIT_SECONDS):
            while self.connections < times:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def until(self, events: int) -> None:
        """Return when it has seen so many events."""
        async with asyncio.timeout(_LIMIT_SECONDS):
            while len(self.titles) < events:
                await asyncio.sleep(_PAUSE_SECONDS)
