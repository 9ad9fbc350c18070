"""How soon after its answer an event is on a stream, and what a thousand streams cost the server."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from pydantic_core import to_json

from bench import bodies
from bench.child import running
from bench.client import Client
from bench.clock import quantile
from bench.figure import Figure
from bench.size import Size
from bench.stored import Stored
from bench.world import World, now

_SEEN_AT_MOST_MS: Final = 20
_MOST_MIB: Final = 300
_PATIENCE: Final = 60.0  # seconds until an event must have been seen
_CONNECTING: Final = 50  # streams that are opened at a time
_POSTED: Final = 20  # events that every subscriber is told

Lines = asyncio.StreamReader


async def seen(size: Size, directory: Path) -> list[Figure]:
    """Events are posted one after another; on another connection a stream is read."""
    waits: list[float] = []
    world = World()
    with running("bench.server", directory) as server:
        async with Client.to(server.url) as sender, _streams(server.url, 1) as (lines,):
            for turn in range(size.posts + 1):
                arriving = asyncio.create_task(_arrival(lines))
                await sender.post("/v1/events", to_json(bodies.native(world.report(now()))))
                answered = perf_counter()
                ms = (await asyncio.wait_for(arriving, _PATIENCE) - answered) * 1000
                if turn:
                    waits.append(max(0.0, ms))  # it may be seen before the answer
    return [
        Figure(
            name="live",
            what="POST answered until seen on a stream, p50",
            unit="ms",
            measured=median(waits),
            bound="<=",
            budget=_SEEN_AT_MOST_MS,
            samples={"whence": waits},
            note=f"p99 {quantile(waits, 0.99):.2f} ms",
        )
    ]


async def memory(stored: Stored, size: Size) -> list[Figure]:
    """The resident set of the server's process after every subscriber was told of some events and lists were read."""
    idle = stored.server.resident_mib()
    world = World()
    async with _streams(stored.server.url, size.subscribers) as streams:
        connected = stored.server.resident_mib()
        ids: list[str] = []
        for _ in range(_POSTED):
            arriving = [asyncio.create_task(_arrival(lines)) for lines in streams]
            answer = await stored.client.post("/v1/events", to_json(bodies.native(world.report(now()))))
            ids.append(json.loads(answer)["id"])
            await asyncio.wait_for(asyncio.gather(*arriving), _PATIENCE)
        for path in ("/v1/events", "/v1/events/facets", "/v1/events/histogram"):
            await stored.client.get(f"{path}?{stored.query()}")
        most = stored.server.resident_mib()
        for event_id in ids:  # the directory is to be as it was
            await stored.client.delete(f"/v1/events/{event_id}")
    return [
        Figure(
            name=f"memory {stored.history.events:,}",
            what=f"server process, {stored.history.events:,} stored, {size.subscribers:,} stream subscribers",
            unit="MiB",
            measured=most,
            bound="<=",
            budget=_MOST_MIB,
            samples={"whence": [idle, connected, most]},
            note=f"before the first subscriber {idle:.0f} MiB, with all of them silent {connected:.0f} MiB",
        )
    ]


@asynccontextmanager
async def _streams(url: str, number: int) -> AsyncGenerator[Sequence[Lines]]:
    """So many readers of the stream, each told that it is connected."""
    async with AsyncExitStack() as stack:
        streams: list[Lines] = []
        for first in range(0, number, _CONNECTING):
            opening = [_connected(stack, url) for _ in range(min(_CONNECTING, number - first))]
            streams += await asyncio.gather(*opening)
        yield streams


async def _connected(stack: AsyncExitStack, url: str) -> Lines:
    client = await stack.enter_async_context(Client.to(url))
    lines = await client.stream("/v1/events/stream")
    await lines.readuntil(b": connected\n")
    await lines.readuntil(b"\n\n")  # behind the place from which it goes on
    return lines


async def _arrival(lines: Lines) -> float:
    """When the next event was read in full."""
    await lines.readuntil(b"event: event\ndata: ")
    await lines.readuntil(b"\n\n")
    return perf_counter()
